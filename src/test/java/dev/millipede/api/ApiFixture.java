package dev.millipede.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.bus.LocalBus;
import dev.millipede.channel.Namespaces;
import dev.millipede.metrics.Metrics;
import dev.millipede.support.FakeBroker;
import dev.millipede.support.RawHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** The internal listener on a port of its own, with a fake broker behind it. */
final class ApiFixture implements AutoCloseable {
    static final String KEY = "X-API-Key: second-key";

    final FakeBroker broker = new FakeBroker();
    final Metrics metrics = new Metrics(List.of("user", "room", "broadcast"), 2);
    final AtomicBoolean ready = new AtomicBoolean(true);
    final Vertx vertx =
            metrics.measured(new VertxOptions().setEventLoopPoolSize(1)).build();
    final LocalBus bus = LocalBus.open(vertx);
    final int port;

    private ApiFixture(List<String> keys, BiConsumer<ApiRoutes, Router> mount) {
        ApiRoutes routes = new ApiRoutes(keys, Namespaces.DEFAULTS, broker, bus, metrics, ready::get);
        ApiVerticle verticle = new ApiVerticle("127.0.0.1", 0, router -> mount.accept(routes, router));
        await(vertx.deployVerticle(verticle));
        port = verticle.port();
    }

    static ApiFixture start() {
        return start(List.of("first-key", "second-key"));
    }

    static ApiFixture start(List<String> keys) {
        return new ApiFixture(keys, (routes, router) -> routes.mount(router, MetricsAccess.OPEN));
    }

    static ApiFixture start(BiConsumer<ApiRoutes, Router> mount) {
        return new ApiFixture(List.of("first-key", "second-key"), mount);
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
