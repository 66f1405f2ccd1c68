package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published after the reply to a subscribe arrives, always: the reply waits for Redis. A node of two instances. */
@ExtendWith(LogErrors.class)
class SubscribeRaceIT {
    private static final int RACERS = 32;
    private static final int ROUNDS_EACH = 320;

    /** Half of the racers have channels of their own, the others share them in groups of so many. */
    private static final int GROUP = 4;

    private static final int MINUTES = 2;
    private static final String CHANNELS = "millipede_channels";

    /** What a node says reaches a Redis so far away so late that much can happen meanwhile. */
    private static final int VERY_FAR_MILLIS = 300;

    private static final int FEW = 4;

    private final List<Racer> racers = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private RedisProcess redis;

    @BeforeEach
    void start() {
        redis = RedisProcess.start();
    }

    @AfterEach
    void stop() {
        racers.forEach(Racer::close);
        redis.close();
    }

    private static NodeFixture node(String uri) {
        JsonObject config = new JsonObject()
                .put("websocket", new JsonObject().put("instances", 2))
                .put("backplane", new JsonObject().put("type", "redis").put("redis", new JsonObject().put("uri", uri)));
        return NodeFixture.start(config.encode()).ready();
    }

    private void connect(NodeFixture node, int count) {
        for (int i = 0; i < count; i++) {
            racers.add(new Racer(node.connect("racer" + i), redis.connect(), "racer" + i));
        }
    }

    private static void all(List<Callable<Void>> tasks)
            throws InterruptedException, ExecutionException, TimeoutException {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> each : threads.invokeAll(tasks, MINUTES, TimeUnit.MINUTES)) {
                each.get(MINUTES, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** A channel of each round is new, so that Redis must be asked every time; one of a group begins it together. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void nothingPublishedAfterTheReplyIsMissed(int farMillis)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (FarRedis far = new FarRedis(redis, Math.max(1, farMillis));
                NodeFixture node = node(farMillis == 0 ? redis.unixUri() : far.uri())) {
            connect(node, RACERS);
            List<Callable<Void>> tasks = new ArrayList<>();
            CyclicBarrier together = new CyclicBarrier(GROUP);
            for (int i = 0; i < RACERS; i++) {
                Racer racer = racers.get(i);
                if (i < RACERS / 2) {
                    String own = "room:" + i + '-';
                    tasks.add(() -> race(racer, own, new CyclicBarrier(1)));
                } else {
                    String shared = "room:shared" + i / GROUP + '-';
                    together = i % GROUP == 0 ? new CyclicBarrier(GROUP) : together;
                    CyclicBarrier ofGroup = together;
                    tasks.add(() -> race(racer, shared, ofGroup));
                }
            }
            long start = System.nanoTime();
            all(tasks);
            report("subscribe race, Redis " + farMillis + " ms away", System.nanoTime() - start);
            assertThat(racers).extracting(Racer::missed).containsOnly(0);
            assertThat(racers).extracting(Racer::twice).containsOnly(0);
        }
    }

    private static Void race(Racer racer, String channels, CyclicBarrier together)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        for (int i = 0; i < ROUNDS_EACH; i++) {
            together.await(MINUTES, TimeUnit.MINUTES);
            racer.race(channels + i);
        }
        return null;
    }

    private void report(String what, long nanos) {
        System.out.printf(
                "%s: %d rounds by %d clients in %d ms, %d missed, %d twice, slowest reply %d ms%n",
                what,
                racers.stream().mapToInt(Racer::rounds).sum(),
                racers.size(),
                nanos / 1_000_000,
                racers.stream().mapToInt(Racer::missed).sum(),
                racers.stream().mapToInt(Racer::twice).sum(),
                racers.stream().mapToLong(Racer::longestNanos).max().orElse(0) / 1_000_000);
    }

    /**
     * Redis has been told to drop the channels but does not know yet, when they are subscribed to again: it answers to both,
     * and only the second answer will do.
     */
    @Test
    void nothingIsMissedInAChannelThatIsSubscribedToWhileItIsGivenUp()
            throws InterruptedException, ExecutionException, TimeoutException {
        try (FarRedis far = new FarRedis(redis, VERY_FAR_MILLIS);
                NodeFixture node = node(far.uri())) {
            connect(node, FEW);
            double before = node.metric(CHANNELS);
            long start = System.nanoTime();
            all(eachRaces());
            Eventually.until(() -> node.metric(CHANNELS), count -> count == before);
            long later = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(VERY_FAR_MILLIS / 2);
            for (long wait = later - System.nanoTime(); wait > 0; wait = later - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            all(eachRaces());
            report("subscribed to while given up", System.nanoTime() - start);
            assertThat(racers).extracting(Racer::missed).containsOnly(0);
            Eventually.until(() -> redis.command("PUBSUB", "CHANNELS", "room:*"), List.of()::equals);
        }
    }

    private List<Callable<Void>> eachRaces() {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < racers.size(); i++) {
            Racer racer = racers.get(i);
            String channel = "room:left-" + i;
            tasks.add(() -> {
                assertThat(racer.race(channel))
                        .as("nanoseconds until the reply")
                        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(VERY_FAR_MILLIS));
                return null;
            });
        }
        return tasks;
    }
}
