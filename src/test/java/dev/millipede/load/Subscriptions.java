package dev.millipede.load;

import com.sun.management.OperatingSystemMXBean;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.backplane.SentinelConfig;
import dev.millipede.backplane.redis.RedisBackplane;
import dev.millipede.backplane.redis.Registration;
import dev.millipede.bus.LocalBus;
import dev.millipede.channel.Namespaces;
import dev.millipede.load.LoneInstance.Late;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.router.RouterVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Many channel subscriptions through the router of one node, without sockets: how long they take, what they cost, and how soon
 * all are back after Redis has closed the connection that listens. Ends with exit code 1 when something is missing.
 *
 * <p>Run by src/test/load/subscriptions.sh.
 */
public final class Subscriptions implements AutoCloseable {
    private static final int OUTSTANDING = 8_192;
    private static final int SAMPLE = 1_000;
    private static final int LATE_AT_LEAST = 100;
    private static final long LATE_MILLIS = 3_000;
    private static final long BUDGET = 32 << 20;
    private static final long PATIENCE_SECONDS = 300;

    private final int channels;
    private final RedisFigures redis;
    private final Vertx vertx;
    private final RedisBackplane backplane;
    private final LoneInstance instance;
    private final Pulse pulse;
    private final List<String> problems = new ArrayList<>();

    /** Where clocks stand: wall in nanoseconds, this JVM's and Redis' CPU in seconds. */
    private record Clocks(long nanos, double jvm, double redis) {}

    private Subscriptions(String socket, int channels) throws IOException {
        this.channels = channels;
        redis = new RedisFigures(socket);
        Metrics metrics = new Metrics(List.of("user", "room", "broadcast"), 1);
        vertx = metrics.measured(new VertxOptions().setPreferNativeTransport(true))
                .build();
        LocalBus bus = LocalBus.open(vertx);
        RedisConfig config = new RedisConfig("unix://" + socket, null, null, "", null, SentinelConfig.DEFAULTS);
        backplane = new RedisBackplane(
                vertx, config, Namespaces.DEFAULTS, PlainMessage::ofText, new Registration("node", false, () -> {}));
        instance = new LoneInstance(bus);
        await(vertx.deployVerticle(instance));
        await(vertx.deployVerticle(new RouterVerticle(
                backplane.broker(), new JsonProtocol(), bus, metrics, RecoveryConfig.DEFAULTS, 1, BUDGET)));
        await(backplane::isReady);
        pulse = Pulse.start(vertx, bus);
    }

    /**
     * Measures once.
     *
     * @param args the Unix socket of a Redis that nobody else uses, and the number of channels
     */
    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        int code = 1;
        try (Subscriptions run = new Subscriptions(args[0], Integer.parseInt(args[1]))) {
            long subscribed = run.subscribe();
            run.restore(subscribed);
            run.leave();
            code = run.verdict();
        }
        System.exit(code);
    }

    /** Returns how long it took, in milliseconds. */
    private long subscribe() {
        long heapBefore = heap();
        long redisBefore = redis.memory();
        Clocks start = start();
        await(instance.wantAll(channels, OUTSTANDING));
        long millis = millisSince(start);
        print("subscribed   %,d channels in %,d ms; %s".formatted(channels, millis, cost(start)));
        expectSubscriptions(channels);
        long heapAfter = heap();
        long redisAfter = redis.memory();
        print("heap         %s".formatted(growth(heapBefore, heapAfter)));
        print("Redis        %s".formatted(growth(redisBefore, redisAfter)));
        return millis;
    }

    private String growth(long before, long after) {
        return "%.1f MiB before, %.1f MiB after: %d bytes for each channel"
                .formatted(before / 0x1p20, after / 0x1p20, (after - before) / channels);
    }

    /** @param subscribed how long subscribing took; while all is restored, more channels than are asked for then are wanted */
    private void restore(long subscribed) {
        Clocks start = start();
        expect(redis.killListeners() == 1, "there was not one connection that listens");
        long killed = millisSince(start);
        await(() -> !backplane.isReady());
        long noticed = millisSince(start);
        instance.wantOneEvery(Math.max(1, subscribed / (4 * LATE_AT_LEAST)));
        await(backplane::isReady);
        print("killed       Redis was busy closing the connection for %,d ms, and with nothing else".formatted(killed));
        print("restored     not ready %,d ms after the kill, ready again after %,d ms; %s"
                .formatted(noticed, millisSince(start), cost(start)));
        Late late = await(instance.wantNoMore());
        print(
                "meanwhile    %d more channels wanted; the slowest was confirmed after %,d ms; %d refusals, each asked again"
                        .formatted(late.asked(), late.longestMillis(), late.refused()));
        expect(late.asked() >= LATE_AT_LEAST, "fewer than " + LATE_AT_LEAST + " channels were wanted meanwhile");
        expect(late.longestMillis() < LATE_MILLIS, "one was confirmed after " + late.longestMillis() + " ms");
        expectSubscriptions(channels + late.asked());
        expectDeliveries(channels + late.asked());
    }

    private void expectSubscriptions(int wanted) {
        // The node's own channel, for its probes, is one more.
        long there = redis.subscriptions();
        print("Redis lists  sub=%d".formatted(there));
        expect(there == wanted + 1L, "Redis has " + there + " subscriptions");
    }

    private void expectDeliveries(int wanted) {
        Set<String> sample = new Random()
                .ints(0, wanted)
                .distinct()
                .limit(Math.min(SAMPLE, wanted))
                .mapToObj(LoneInstance::name)
                .collect(Collectors.toSet());
        long receivers = redis.publish(List.copyOf(sample), "{}");
        boolean all = instance.hear(sample.size())
                .toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(Set.of(), PATIENCE_SECONDS / 10, TimeUnit.SECONDS)
                .join()
                .equals(sample);
        print("published    to %d channels by chance: Redis handed %d over, %s"
                .formatted(sample.size(), receivers, all ? "all arrived" : "not all arrived"));
        expect(all && receivers == sample.size(), "publications are missing");
    }

    private void leave() {
        Clocks start = start();
        await(instance.leaveAll());
        long told = millisSince(start);
        await(() -> redis.subscriptions() <= 1);
        print("left         the router knew after %,d ms; sub=%d after %,d ms; %s"
                .formatted(told, redis.subscriptions(), millisSince(start), cost(start)));
        print("afterwards   heap %.1f MiB, Redis %.1f MiB".formatted(heap() / 0x1p20, redis.memory() / 0x1p20));
        expect(redis.subscriptions() == 1 && backplane.isReady(), "the node's own subscription is gone");
    }

    private int verdict() {
        print(
                problems.isEmpty()
                        ? "PASS: nothing missing; while restoring, a channel is confirmed within 3 s"
                        : "FAIL: " + String.join("; ", problems));
        return problems.isEmpty() ? 0 : 1;
    }

    private void expect(boolean holds, String otherwise) {
        if (!holds) {
            problems.add(otherwise);
        }
    }

    private Clocks clocks() {
        double jvm =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
        return new Clocks(System.nanoTime(), jvm, redis.cpu());
    }

    /** The clocks at the beginning of a part. */
    private Clocks start() {
        pulse.longestMillis();
        return clocks();
    }

    private String cost(Clocks since) {
        Clocks now = clocks();
        return "CPU of the JVM %.2f s, of Redis %.2f s; the router's slowest answer took %,d ms"
                .formatted(now.jvm - since.jvm, now.redis - since.redis, pulse.longestMillis());
    }

    private static long millisSince(Clocks start) {
        return Math.round((System.nanoTime() - start.nanos) / 1e6);
    }

    /** In use after collections; the second one takes what the first has made collectable. */
    private static long heap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void print(String line) {
        System.out.println(line);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("nothing within " + PATIENCE_SECONDS + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Override
    public void close() {
        await(backplane.close().eventually(vertx::close));
        redis.close();
    }
}
