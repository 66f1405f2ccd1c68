package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingWheelTest {
    private static final int TURN = 512;

    private final InstanceFixture fixture = new InstanceFixture();
    private final TimingWheel wheel = new TimingWheel();
    private final List<Connection> passed = new ArrayList<>();

    /** A connection that is in no wheel. */
    private Connection connection() {
        Connection connection = fixture.connection();
        fixture.instance.heartbeat.gone(connection);
        return connection;
    }

    private List<Connection> advance(int tick) {
        passed.clear();
        wheel.advance(tick, passed::add);
        return passed;
    }

    @Test
    void aDeadlineComesAtItsTickAndOnce() {
        Connection ann = connection();
        wheel.schedule(ann, 5);

        assertThat(advance(4)).isEmpty();
        assertThat(wheel.all()).containsExactly(ann);
        assertThat(advance(5)).containsExactly(ann);
        assertThat(wheel.all()).isEmpty();
        assertThat(advance(5 + 2 * TURN)).isEmpty();
        assertThat(wheel.now()).isEqualTo(5 + 2 * TURN);
    }

    @Test
    void aDeadlineBeyondOneTurnWaitsForItsOwnTurn() {
        Connection ann = connection();
        Connection bob = connection();
        wheel.schedule(ann, 5 + 3 * TURN);
        wheel.schedule(bob, 5);

        assertThat(advance(5 + 3 * TURN - 1)).containsExactly(bob);
        assertThat(advance(5 + 3 * TURN)).containsExactly(ann);
    }

    @Test
    void aDeadlineThatHasPassedComesWithTheNextTick() {
        advance(100);
        Connection ann = connection();
        wheel.schedule(ann, 7);

        assertThat(advance(100)).isEmpty();
        assertThat(advance(101)).containsExactly(ann);
    }

    @Test
    void aConnectionHasOneDeadlineTheLastOneSet() {
        Connection ann = connection();
        wheel.schedule(ann, 5);
        wheel.schedule(ann, 9);
        wheel.schedule(ann, 7);

        assertThat(advance(6)).isEmpty();
        assertThat(advance(20)).containsExactly(ann);
    }

    @Test
    void whatIsTakenOutOfTheMiddleOfAListLeavesTheRest() {
        List<Connection> same = List.of(connection(), connection(), connection());
        same.forEach(each -> wheel.schedule(each, 5));
        wheel.remove(same.get(1));
        wheel.remove(same.get(1));
        assertThat(wheel.all()).containsExactlyInAnyOrder(same.get(0), same.get(2));

        wheel.remove(same.get(2));
        assertThat(wheel.all()).containsExactly(same.get(0));
        assertThat(advance(5)).containsExactly(same.get(0));
    }

    @Test
    void whoIsDueMayBePutBackOrTakeOthersOutOrPutThemOff() {
        Connection again = connection();
        Connection removed = connection();
        Connection delayed = connection();
        Connection first = connection();
        List.of(again, removed, delayed, first).forEach(each -> wheel.schedule(each, 5));
        List<Connection> due = new ArrayList<>();
        TimingWheel.Due act = connection -> {
            due.add(connection);
            if (connection == first) {
                wheel.remove(removed);
                wheel.schedule(delayed, 8);
                wheel.schedule(first, 5);
            } else if (connection == again) {
                wheel.schedule(again, 5 + TURN);
            }
        };
        wheel.advance(5, act);
        assertThat(due).containsExactly(first, again);
        assertThat(wheel.all()).containsExactlyInAnyOrder(delayed, first, again);

        wheel.advance(7, connection -> due.add(connection));
        assertThat(due).containsExactly(first, again, first);

        wheel.advance(5 + TURN, connection -> due.add(connection));
        assertThat(due).containsExactly(first, again, first, delayed, again);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void tenThousandRandomOperationsAgreeWithAModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            connections.add(connection());
        }
        Map<Connection, Integer> model = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            Connection connection = connections.get(random.nextInt(connections.size()));
            int dice = random.nextInt(10);
            if (dice < 5) {
                int tick = wheel.now() + random.nextInt(-2, 3 * TURN);
                wheel.schedule(connection, tick);
                model.put(connection, Math.max(tick, wheel.now() + 1));
            } else if (dice < 7) {
                wheel.remove(connection);
                model.remove(connection);
            } else {
                advanceBoth(random, model, wheel.now() + random.nextInt(dice == 9 ? 100 : 3));
            }
        }
        assertThat(wheel.all()).containsExactlyInAnyOrderElementsOf(model.keySet());
    }

    private void advanceBoth(SplittableRandom random, Map<Connection, Integer> model, int tick) {
        wheel.advance(tick, connection -> {
            assertThat(model.remove(connection)).isEqualTo(wheel.now());
            if (random.nextInt(3) == 0) {
                int next = wheel.now() + random.nextInt(2 * TURN);
                wheel.schedule(connection, next);
                model.put(connection, Math.max(next, wheel.now() + 1));
            }
        });
        assertThat(model.values()).allMatch(due -> due > wheel.now());
    }
}
