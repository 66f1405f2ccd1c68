package dev.millipede.backplane.redis;

import static dev.millipede.backplane.redis.StreamNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.Relay;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections of a user on several nodes: the limit holds, and what a node had counted goes with it, comes back with it. */
class RedisUserCountsIT {
    private static final Duration LEASE_AND_MORE = Duration.ofSeconds(20);
    private static final long OWED_MILLIS = 3_000;

    private final RedisProcess redis = RedisProcess.startTcp();
    private final Relay relay = Relay.to(redis);
    private final List<StreamNode> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(StreamNode::close);
        relay.close();
        redis.close();
    }

    private StreamNode node() {
        return added(new StreamNode(redis));
    }

    /** One whose connections the test can cut. */
    private StreamNode cuttable() {
        return added(new StreamNode(StreamNode.config(relay.uri())));
    }

    private StreamNode added(StreamNode node) {
        nodes.add(node);
        return node.leased();
    }

    private @Nullable Object counts(String user) {
        return redis.command("HVALS", "millipede:connections:" + user);
    }

    private void untilCounts(String user, Object... counts) {
        Eventually.within(LEASE_AND_MORE, () -> counts(user), List.of(counts)::equals);
    }

    @Test
    void theLimitHoldsForAllNodesHoweverTheyRace() {
        List<StreamNode> three = List.of(node(), node(), node());
        for (int round = 0; round < 40; round++) {
            String user = "user-" + round;
            List<Future<Boolean>> asked = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                three.forEach(node -> asked.add(node.userCounts().enter(user, 2)));
            }
            assertThat(await(Future.all(asked)).<Boolean>list())
                    .filteredOn(in -> in)
                    .hasSize(2);
        }
        assertThat(three).allMatch(node -> node.countedLocally() == 0);
    }

    @Test
    void whoeverComesAndGoesNobodyIsOverTheLimitAndNothingIsLeftBehind() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<StreamNode> three = List.of(node(), node(), node());
        int[][] here = new int[3][10];
        for (int step = 0; step < 1_500; step++) {
            int user = random.nextInt(10);
            int node = random.nextInt(3);
            if (random.nextBoolean() && here[node][user] > 0) {
                here[node][user]--;
                three.get(node).userCounts().leave("user-" + user);
            } else if (three.get(node).enter("user-" + user, 4)) {
                here[node][user]++;
                assertThat(here[0][user] + here[1][user] + here[2][user])
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(4);
            }
        }
        for (int node = 0; node < 3; node++) {
            for (int user = 0; user < 10; user++) {
                for (int i = here[node][user]; i > 0; i--) {
                    three.get(node).userCounts().leave("user-" + user);
                }
            }
        }
        Eventually.until(() -> redis.command("KEYS", "millipede:connections:*"), List.of()::equals);
    }

    @Test
    void whatANodeHadCountedLapsesWithItsLease() {
        StreamNode gone = cuttable();
        StreamNode other = node();
        assertThat(gone.enter("ann", 1)).isTrue();
        assertThat(other.enter("ann", 1)).isFalse();
        relay.refuse();
        relay.cut();
        assertThat(other.enter("ann", 1)).as("at once").isFalse();

        double seconds = Eventually.secondsUntil(20, () -> other.enter("ann", 1), entered -> entered);
        assertThat(seconds).as("5 s by Redis' clock after the last renewal").isGreaterThan(2);
        assertThat(counts("ann")).as("of the dead one nothing is left").isEqualTo(List.of("1"));
        Eventually.until(gone::holdsLease, held -> !held);
    }

    @Test
    void aNodeThatStopsTakesItsShareWithItAtOnce() {
        StreamNode stops = new StreamNode(redis).leased();
        StreamNode other = node();
        assertThat(stops.enter("ann", 1)).isTrue();
        assertThat(other.enter("ann", 1)).isFalse();
        stops.close();

        assertThat(other.enter("ann", 1)).isTrue();
        assertThat(redis.command("KEYS", "millipede:node:" + stops.uid() + "*")).isEqualTo(List.of());
    }

    @Test
    void aRedisThatComesBackEmptyIsToldAllCountsAgain() {
        StreamNode ann = node();
        StreamNode other = node();
        assertThat(List.of(ann.enter("ann", 2), ann.enter("ann", 2))).containsExactly(true, true);
        for (int i = 0; i < 200; i++) {
            ann.enter("user-" + i, 1);
        }
        redis.restart();

        untilCounts("ann", "2");
        untilCounts("user-199", "1");
        other.ready().leased();
        assertThat(other.enter("ann", 2)).isFalse();
        ann.userCounts().leave("ann");
        untilCounts("ann", "1");
        assertThat(other.enter("ann", 2)).isTrue();
    }

    @Test
    void aLeaseThatWasLostAndIsHeldAgainCountsAgain() {
        StreamNode stands = cuttable();
        StreamNode other = node();
        assertThat(stands.enter("ann", 1)).isTrue();
        relay.hold();
        Eventually.within(LEASE_AND_MORE, () -> other.enter("ann", 1), entered -> entered);
        Eventually.within(LEASE_AND_MORE, stands::holdsLease, held -> !held);
        assertThat(counts("ann")).isEqualTo(List.of("1"));
        relay.release();

        Eventually.within(LEASE_AND_MORE, () -> counts("ann"), List.of("1", "1")::equals);
        other.userCounts().leave("ann");
        untilCounts("ann", "1");
        assertThat(other.enter("ann", 1)).as("the other one is still there").isFalse();
        stands.userCounts().leave("ann");
        Eventually.until(() -> other.enter("ann", 1), entered -> entered);
    }

    @Test
    void whoLeavesWhileRedisIsAwayIsGoneWhenItIsBack() {
        StreamNode cut = cuttable();
        assertThat(List.of(cut.enter("ann", 2), cut.enter("ann", 2), cut.enter("ben", 1)))
                .containsExactly(true, true, true);
        relay.refuse();
        relay.cut();
        cut.userCounts().leave("ann");
        cut.userCounts().leave("ben");
        assertThat(counts("ann")).isEqualTo(List.of("2"));
        relay.accept();

        untilCounts("ann", "1");
        StreamNode other = node();
        Eventually.within(LEASE_AND_MORE, () -> other.enter("ben", 1), entered -> entered);
        untilCounts("ben", "1");
    }

    @Test
    void whileRedisIsAwayEachNodeCountsForItselfAndSaysSo() {
        StreamNode alone = node();
        StreamNode other = node();
        assertThat(other.enter("ann", 2)).isTrue();
        redis.kill();
        Eventually.until(alone::isReady, ready -> !ready);

        assertThat(List.of(alone.enter("ann", 2), alone.enter("ann", 2), alone.enter("ann", 2)))
                .containsExactly(true, true, false);
        assertThat(alone.countedLocally()).isEqualTo(2);
        redis.restart();
        Eventually.within(
                LEASE_AND_MORE,
                () -> String.valueOf(counts("ann")),
                counts -> counts.contains("1") && counts.contains("2"));
        assertThat(List.of(alone.enter("ann", 3), other.enter("ann", 3))).containsOnly(false);
    }

    @Test
    void nobodyWaitsForLongForARedisThatStandsStill() {
        StreamNode node = node();
        redis.pause();
        long from = System.nanoTime();
        Supplier<Boolean> enter = () -> node.enter("ann", 2);
        boolean first = enter.get();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
        boolean second = enter.get();
        boolean third = enter.get();
        redis.resume();

        assertThat(List.of(first, second, third)).containsExactly(true, true, false);
        assertThat(millis).isLessThan(OWED_MILLIS);
        assertThat(node.countedLocally()).isEqualTo(2);
        Eventually.within(LEASE_AND_MORE, () -> String.valueOf(counts("ann")), counts -> counts.contains("2"));
        assertThat(node().enter("ann", 2)).isFalse();
        untilCounts("ann", "2");
    }

    @Test
    void whatIsNoCountInRedisCountsForNothingAndDoesNoHarm() {
        StreamNode node = node();
        StreamNode other = node();
        String theirs = other.uid() + ":1";
        String[] values = {"nonsense", "-5", "1e9", "99999999999999999999", "0x10", "", "1.5"};
        for (int i = 0; i < values.length; i++) {
            String key = "millipede:connections:user-" + i;
            redis.command("HSET", key, theirs, values[i], "nobody", "7");

            assertThat(node.enter("user-" + i, 1)).as(values[i]).isTrue();
            assertThat(redis.command("HGETALL", key)).isEqualTo(List.of(node.uid() + ":1", "1"));
        }
        assertThat(node.countedLocally()).isZero();

        redis.command("SET", "millipede:connections:ann", "nonsense");
        redis.command("DEL", "millipede:node:" + theirs);
        redis.command("LPUSH", "millipede:node:" + theirs, "nonsense");
        assertThat(List.of(node.enter("ann", 2), node.enter("ann", 2), node.enter("ann", 2)))
                .containsExactly(true, true, false);
        assertThat(node.countedLocally()).isEqualTo(2);
        node.userCounts().leave("ann");
        assertThat(node.enter("ben", 1)).isTrue();
        assertThat(nodes).allMatch(StreamNode::isReady).allMatch(StreamNode::holdsLease);
    }
}
