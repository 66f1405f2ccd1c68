package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import dev.millipede.router.RoutingTable.Route;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random questions, departures, answers, losses and restorations, against a model: who was told that a channel is confirmed
 * gets all of it until they leave or the backplane is lost, each question is answered once, and nothing is left behind.
 */
class InterestModelTest {
    private static final int STEPS = 1_000;
    private static final int INSTANCES = 2;
    private static final int WINDOW = 2;

    private static final List<Channel> CHANNELS = LongStream.range(0, 6)
            .mapToObj(i -> UpstreamFixture.channel("room:" + i))
            .toList();

    private final InOrderBroker broker = new InOrderBroker(this::lost);
    private final RoutingTable table = new RoutingTable();
    private final UpstreamSubscriptions upstream = new UpstreamSubscriptions(
            broker, table, UpstreamFixture.streams(broker, () -> 0, this::told), this::told, WINDOW);
    private final List<Listening> all = new ArrayList<>();
    private final List<Future<Void>> abandoned = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private Future<Void> restored = Future.succeededFuture();

    /** Channels that have had listeners ever since the restoration under way began. */
    private final Set<Channel> toRestore = new HashSet<>();

    /** Whose question is being asked. */
    private @Nullable Listening asking;

    /** Whether the backplane takes its time, longer than a channel without listeners is kept. */
    private boolean stalled;

    private int asks;
    private long now;

    private enum State {
        OUT,
        WAITING,
        /** In the table, but the last answer was a refusal, or holds no more. */
        ENTERED,
        CONFIRMED
    }

    /** One instance as it stands to one channel. */
    private static final class Listening {
        final int instance;
        final Channel channel;
        State state = State.OUT;
        int ask;

        Listening(int instance, Channel channel) {
            this.instance = instance;
            this.channel = channel;
        }

        @Override
        public String toString() {
            return instance + " " + channel.name() + " " + state + " " + ask;
        }
    }

    private static LongStream seeds() {
        return LongStream.concat(
                LongStream.rangeClosed(1, 60), new SecureRandom().longs().limit(20));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whoIsConfirmedGetsAllUntilTheyLeaveOrTheBackplaneIsLostAndNothingIsLeftBehind(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int instance = 0; instance < INSTANCES; instance++) {
            for (Channel channel : CHANNELS) {
                all.add(new Listening(instance, channel));
            }
        }
        int step = 0;
        try {
            while (step++ < STEPS) {
                step(random);
                check();
            }
            settle(random);
            end();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + "L, step " + step + ": " + e.getMessage(), e);
        }
    }

    private void step(SplittableRandom random) {
        Listening one = all.get(random.nextInt(all.size()));
        int dice = random.nextInt(100);
        if (dice < 25) {
            want(one);
        } else if (dice < 45) {
            unwant(one);
        } else if (dice < 75) {
            if (!stalled) {
                broker.next(random.nextInt(8) > 0);
            }
        } else if (dice < 87) {
            now += random.nextInt(random.nextBoolean() ? 200 : 2_000);
            upstream.sweep(now);
        } else if (dice < 90) {
            broker.late(random.nextBoolean());
        } else if (dice < 92) {
            broker.prompt = random.nextInt(4) == 0;
        } else if (dice < 93) {
            stalled = random.nextBoolean();
        } else if (dice < 94) {
            broker.breaks = random.nextBoolean() ? () -> random.nextInt(4) == 0 : () -> false;
        } else if (!broker.connected) {
            restore();
        } else if (dice < 96) {
            broker.lose();
        }
    }

    private void want(Listening one) {
        boolean lost = !broker.connected;
        one.state = State.WAITING;
        one.ask = ++asks;
        asking = one;
        upstream.want(one.channel, one.instance, one.ask);
        asking = null;
        if (lost) {
            assertThat(one.state).as("refused at once").isEqualTo(State.ENTERED);
        }
    }

    private void unwant(Listening one) {
        one.state = State.OUT;
        upstream.unwant(one.channel, one.instance, now);
    }

    private void restore() {
        for (Listening one : all) {
            if (one.state != State.OUT) {
                toRestore.add(one.channel);
            }
        }
        int losses = abandoned.size();
        broker.connect();
        Future<Void> begun = upstream.restore();
        if (losses == abandoned.size()) {
            restored = begun;
        } else {
            // Lost while it was asked.
            abandoned.set(losses, begun);
        }
    }

    private void lost() {
        abandoned.add(restored.isComplete() ? Future.future(never -> {}) : restored);
        restored = Future.succeededFuture();
        toRestore.clear();
        for (Listening one : all) {
            if (one.state == State.CONFIRMED) {
                one.state = State.ENTERED;
            }
        }
        upstream.lost();
    }

    /** Called inside callbacks, in which nothing that is thrown gets far. */
    private void told(InstanceRecord record, int instance) {
        if (record instanceof InterestConfirmed confirmed) {
            Listening one = of(instance, confirmed.channel());
            answered(one, record, confirmed.ask());
            if (!broker.carries(one.channel)) {
                broken.add(one + " is told of a confirmation of what is not carried");
            }
            one.state = State.CONFIRMED;
        } else if (record instanceof InterestRefused refused) {
            Listening one = of(instance, refused.channel());
            answered(one, record, refused.ask());
            if (!broker.connected && one != asking) {
                broken.add(one + " is refused because of a loss, though it was waiting before");
            }
            one.state = State.ENTERED;
        } else {
            broken.add("told " + record);
        }
    }

    private void answered(Listening one, InstanceRecord record, int ask) {
        if (one.state != State.WAITING || one.ask != ask) {
            broken.add(one + " is told " + record);
        }
    }

    private Listening of(int instance, Channel channel) {
        return all.stream()
                .filter(each -> each.instance == instance && each.channel.equals(channel))
                .findFirst()
                .orElseThrow();
    }

    private void check() {
        assertThat(broken).isEmpty();
        assertThat(broker.askedTwice).isEmpty();
        for (Listening one : all) {
            Route route = table.get(one.channel);
            boolean entered = route != null && (route.instances & 1L << one.instance) != 0;
            assertThat(entered).isEqualTo(one.state != State.OUT);
            if (one.state == State.CONFIRMED) {
                assertThat(broker.carries(one.channel))
                        .as("%s is still carried", one.channel)
                        .isTrue();
            }
        }
        toRestore.removeIf(
                channel -> all.stream().allMatch(one -> one.state == State.OUT || !one.channel.equals(channel)));
        if (broker.connected && restored.isComplete()) {
            assertThat(broker.answered).as("restored").containsAll(toRestore);
        }
        assertThat(abandoned).noneMatch(Future::isComplete);
    }

    /** Everything is answered in the end. */
    private void settle(SplittableRandom random) {
        broker.breaks = () -> false;
        while (broker.lateAnswers() > 0) {
            broker.late(random.nextBoolean());
        }
        if (!broker.connected) {
            restore();
        }
        confirmAll();
        check();
        assertThat(restored.succeeded()).isTrue();
        assertThat(all).noneMatch(one -> one.state == State.WAITING);
        upstream.sweep(now);
        confirmAll();
        assertThat(all).allMatch(one -> one.state == State.OUT || broker.carries(one.channel));

        broker.lose();
        restore();
        confirmAll();
        check();
        assertThat(restored.succeeded()).isTrue();
        assertThat(all)
                .allMatch(one -> one.state == State.OUT || broker.carries(one.channel))
                .noneMatch(one -> one.state == State.WAITING);
    }

    private void confirmAll() {
        while (broker.next(true)) {}
    }

    private void end() {
        all.forEach(this::unwant);
        upstream.sweep(now + UpstreamSubscriptions.LINGER_MILLIS);
        confirmAll();
        assertThat(broker.subscribed).isEmpty();
        assertThat(table.channels()).isZero();
        assertThat(Remains.of(upstream)).isEmpty();
        assertThat(Remains.of(table)).isEmpty();
    }
}
