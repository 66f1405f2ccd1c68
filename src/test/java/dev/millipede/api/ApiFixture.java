package dev.millipede.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.bus.LocalBus;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.metrics.Metrics;
import dev.millipede.support.FakeBroker;
import dev.millipede.support.FakeRevocations;
import dev.millipede.support.RawHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** The internal listener on a port of its own, with a fake broker behind it. */
final class ApiFixture implements AutoCloseable {
    static final String KEY = "X-API-Key: second-key";

    /** The defaults and {@code kept:}, which keeps ten publications. */
    private static final Namespaces NAMESPACES = namespaces();

    final FakeBroker broker = new FakeBroker();
    final FakeRevocations revocations = new FakeRevocations();
    final Metrics metrics = new Metrics(List.of("user", "room", "broadcast", "kept"), 2);
    final AtomicBoolean ready = new AtomicBoolean(true);
    final Vertx vertx =
            metrics.measured(new VertxOptions().setEventLoopPoolSize(1)).build();
    final LocalBus bus = LocalBus.open(vertx);
    final int port;

    private ApiFixture(List<String> keys, Revocable revocable, BiConsumer<ApiRoutes, Router> mount) {
        ApiRoutes routes = new ApiRoutes(keys, NAMESPACES, broker, revocations, revocable, bus, metrics, ready::get);
        ApiVerticle verticle = new ApiVerticle("127.0.0.1", 0, null, router -> mount.accept(routes, router));
        await(vertx.deployVerticle(verticle));
        port = verticle.port();
    }

    private static Namespaces namespaces() {
        List<Namespace> all = new ArrayList<>(Namespaces.DEFAULTS.all());
        HistoryRules none = HistoryRules.NONE;
        HistoryRules ten = new HistoryRules(10, none.ttl(), none.metaTtl(), none.read(), none.recovery());
        all.add(new Namespace("kept", SubscribeRule.ANYONE, PublishRule.SERVER, false, ten));
        return new Namespaces(all);
    }

    static ApiFixture start() {
        return start(List.of("first-key", "second-key"));
    }

    static ApiFixture start(List<String> keys) {
        return new ApiFixture(keys, Revocable.NOTHING, (routes, router) -> routes.mount(router, MetricsAccess.OPEN));
    }

    static ApiFixture start(BiConsumer<ApiRoutes, Router> mount) {
        return new ApiFixture(List.of("first-key", "second-key"), Revocable.NOTHING, mount);
    }

    static ApiFixture start(Revocable revocable) {
        return new ApiFixture(
                List.of("first-key", "second-key"),
                revocable,
                (routes, router) -> routes.mount(router, MetricsAccess.OPEN));
    }

    /** Calls a method with a key. */
    RawHttp.Reply call(String method, String body) {
        return RawHttp.post(port, "/api/" + method, body.getBytes(UTF_8), KEY);
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
