package dev.millipede.api;

import dev.millipede.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The internal listener, on a loop of its own. Undeploying closes it. */
public final class ApiVerticle extends VerticleBase {
    private static final int IDLE_SECONDS = 75;

    private final HttpServerOptions options;
    private final Consumer<Router> routes;
    private volatile @Nullable HttpServer server;

    /**
     * Listens when deployed.
     *
     * @param port 0 for any free one
     * @param tls what it serves at first; null: no TLS
     * @param routes adds the routes to the listener's router, in the order in which they are asked
     */
    public ApiVerticle(String host, int port, @Nullable TlsMaterial tls, Consumer<Router> routes) {
        this.options = new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2ClearTextEnabled(false);
        if (tls != null) {
            tls.serve(options);
        }
        this.routes = routes;
    }

    /** The port listened on, once deployed; safe on any thread. */
    public int port() {
        return Objects.requireNonNull(server).actualPort();
    }

    /** Has new handshakes get another certificate; safe on any thread, once deployed. */
    public Future<?> updateTls(ServerSSLOptions update) {
        return Objects.requireNonNull(server).updateSSLOptions(update, true);
    }

    @Override
    public Future<?> start() {
        Router router = Router.router(vertx);
        ErrorAnswers.mount(router);
        routes.accept(router);
        HttpServer created = vertx.createHttpServer(options).requestHandler(router);
        server = created;
        return created.listen();
    }
}
