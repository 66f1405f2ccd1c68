package dev.millipede.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The internal listener, on a loop of its own. Undeploying closes it. */
public final class ApiVerticle extends VerticleBase {
    private static final int IDLE_SECONDS = 75;

    private final HttpServerOptions options;
    private final Consumer<Router> routes;
    private volatile int port;

    /**
     * Listens when deployed.
     *
     * @param port 0 for any free one
     * @param routes adds the routes to the listener's router, in the order in which they are asked
     */
    public ApiVerticle(String host, int port, Consumer<Router> routes) {
        this.options = new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false);
        this.routes = routes;
    }

    /** The port listened on, once deployed; safe on any thread. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        ErrorAnswers.mount(router);
        routes.accept(router);
        HttpServer server = vertx.createHttpServer(options).requestHandler(router);
        return server.listen().onSuccess(listening -> port = listening.actualPort());
    }
}
