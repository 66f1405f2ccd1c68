package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.backplane.Revocations;
import dev.millipede.backplane.Skipped;
import dev.millipede.backplane.UserCounts;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.support.Eventually;
import dev.millipede.support.RedisProcess;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's backplane on a Redis, whose router knows what the test says it does. Close it. */
final class StreamNode implements AutoCloseable {
    static final HistoryQuery ALL = new HistoryQuery(null, -1, false);

    /** {@code kept} 10 publications, {@code wide} 100,000, {@code room} none. */
    static final Namespaces NAMESPACES =
            new Namespaces(List.of(namespace("kept", 10), namespace("wide", 100_000), namespace("room", 0)));

    private static final long SECONDS = 20;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private final Map<Channel, Position> known = new ConcurrentHashMap<>();
    private final Queue<Skipped> skipped = new ConcurrentLinkedQueue<>();
    private final AtomicInteger countedLocally = new AtomicInteger();
    private final String uid = UUID.randomUUID().toString();
    private final RedisBackplane backplane;

    StreamNode(RedisProcess redis) {
        this(config(redis.unixUri()));
    }

    StreamNode(RedisConfig config) {
        Registration registration = new Registration(uid, true, countedLocally::incrementAndGet);
        backplane = new RedisBackplane(vertx, config, NAMESPACES, PlainMessage::ofText, registration);
        loop.runOnContext(on -> backplane.broker().listen(new Listener()));
        ready();
    }

    static RedisConfig config(String uri) {
        return new RedisConfig(uri, null, null, "", null, RedisConfig.DEFAULTS.sentinel());
    }

    private final class Listener implements Broker.Listener {
        @Override
        public void publication(Publication publication) {}

        @Override
        public @Nullable Position known(Channel channel) {
            return known.get(channel);
        }

        @Override
        public void skipped(Skipped why) {
            skipped.add(why);
        }

        @Override
        public void lost() {}

        @Override
        public Future<Void> restore() {
            return Future.succeededFuture();
        }
    }

    private static Namespace namespace(String name, int size) {
        HistoryRules rules = new HistoryRules(
                size, Duration.ofMinutes(10), Duration.ofHours(1), PublishRule.SERVER, RecoveryMode.STREAM);
        return new Namespace(name, SubscribeRule.AUTHENTICATED, PublishRule.SERVER, false, rules);
    }

    static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, NAMESPACES));
    }

    static Publication publication(Channel channel, Object json) {
        return new Publication(channel, Payload.ofValidated(json.toString().getBytes(UTF_8)), null);
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Why it fails; null when it does not. */
    static @Nullable String failure(Future<?> future) {
        return await(future.transform(done -> Future.succeededFuture(
                done.succeeded() ? null : String.valueOf(done.cause().getMessage()))));
    }

    StreamNode ready() {
        Eventually.within(Duration.ofSeconds(SECONDS), backplane::isReady, ready -> ready);
        return this;
    }

    boolean isReady() {
        return backplane.isReady();
    }

    Broker broker() {
        return backplane.broker();
    }

    /** Waits until it has a lease. */
    StreamNode leased() {
        Eventually.within(Duration.ofSeconds(SECONDS), backplane::holdsLease, held -> held);
        return this;
    }

    boolean holdsLease() {
        return backplane.holdsLease();
    }

    long revocationsAgeSeconds() {
        return backplane.revocationsAgeSeconds();
    }

    String uid() {
        return uid;
    }

    /** Asks for one more connection of the user and waits for the answer. */
    boolean enter(String user, int limit) {
        return await(backplane.userCounts().enter(user, limit));
    }

    UserCounts userCounts() {
        return backplane.userCounts();
    }

    Revocations revocations() {
        return backplane.revocations();
    }

    /** Connections that Redis was not asked about. */
    int countedLocally() {
        return countedLocally.get();
    }

    /** From now on the router has heard a channel up to there. */
    void knows(Channel channel, Position position) {
        known.put(channel, position);
    }

    Queue<Skipped> skipped() {
        return skipped;
    }

    /** All in one turn of the router's loop, so that they go to Redis in one batch. */
    <T> List<Future<T>> atOnce(List<Supplier<Future<T>>> calls) {
        Promise<List<Future<T>>> made = Promise.promise();
        loop.runOnContext(on ->
                made.complete(new ArrayList<>(calls.stream().map(Supplier::get).toList())));
        return await(made.future());
    }

    Position publish(Channel channel, Object json) {
        return Objects.requireNonNull(
                await(broker().publish(publication(channel, json))).position());
    }

    Published publish(Channel channel, Object json, PublishOptions options) {
        return await(broker().publish(publication(channel, json), options));
    }

    HistoryPage history(Channel channel) {
        return await(broker().history(channel, ALL));
    }

    HistoryPage after(Channel channel, Position position) {
        return await(broker().after(channel, position, 100));
    }

    static List<String> data(HistoryPage page) {
        return page.publications().stream().map(each -> each.data().toString()).toList();
    }

    static List<Long> offsets(HistoryPage page) {
        return page.publications().stream()
                .map(each -> Objects.requireNonNull(each.position()).offset())
                .toList();
    }

    @Override
    public void close() {
        await(backplane.close());
        await(vertx.close());
    }
}
