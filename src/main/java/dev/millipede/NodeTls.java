package dev.millipede;

import dev.millipede.api.ApiVerticle;
import dev.millipede.metrics.Metrics;
import dev.millipede.tls.TlsFiles;
import dev.millipede.tls.TlsMaterial;
import dev.millipede.tls.TlsWatch;
import dev.millipede.tls.UnusableTlsException;
import dev.millipede.websocket.WebSocketVerticle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The certificates of a node's listeners, from their files to what watches these. Used by one thread at a time. */
final class NodeTls {
    private final NodeConfig config;
    private final @Nullable TlsMaterial forClients;
    private final @Nullable TlsMaterial forBackends;
    private @Nullable TlsWatch clientsWatch;
    private @Nullable TlsWatch backendsWatch;

    private NodeTls(NodeConfig config, @Nullable TlsMaterial forClients, @Nullable TlsMaterial forBackends) {
        this.config = config;
        this.forClients = forClients;
        this.forBackends = forBackends;
    }

    /** Reads all files that a configuration names. Blocks. */
    static NodeTls load(NodeConfig config, Vertx vertx) throws UnusableTlsException {
        return new NodeTls(
                config,
                load("http.tls", config.http().tls(), vertx),
                load("internal.tls", config.internal().tls(), vertx));
    }

    private static @Nullable TlsMaterial load(String section, @Nullable TlsFiles files, Vertx vertx)
            throws UnusableTlsException {
        try {
            return files == null ? null : TlsMaterial.load(files, vertx);
        } catch (UnusableTlsException e) {
            throw e.in(section);
        }
    }

    /** What the public listeners serve at first. */
    @Nullable
    TlsMaterial forClients() {
        return forClients;
    }

    /** What the internal listener serves at first. */
    @Nullable
    TlsMaterial forBackends() {
        return forBackends;
    }

    /**
     * What is to be deployed, as workers, once the listeners are there.
     *
     * @param anyInstance of the public listeners, which all instances share
     * @param api null where the public listener serves the API too
     */
    List<TlsWatch> watches(
            WebSocketVerticle anyInstance, @Nullable ApiVerticle api, Metrics metrics, InstantSource clock) {
        List<TlsWatch> watches = new ArrayList<>();
        TlsFiles clients = config.http().tls();
        if (clients != null && forClients != null) {
            TlsWatch watch = new TlsWatch("http.tls", clients, forClients, anyInstance::updateTls, metrics, clock);
            metrics.gaugeCertificate("public", watch::secondsLeft);
            clientsWatch = watch;
            watches.add(watch);
        }
        TlsFiles backends = config.internal().tls();
        if (backends != null && forBackends != null && api != null) {
            TlsWatch watch = new TlsWatch("internal.tls", backends, forBackends, api::updateTls, metrics, clock);
            metrics.gaugeCertificate("internal", watch::secondsLeft);
            backendsWatch = watch;
            watches.add(watch);
        }
        return watches;
    }

    /** Whether the listeners could serve the files of a configuration now; changes nothing. Blocks. */
    void check(NodeConfig next) throws UnusableTlsException {
        check("http.tls", clientsWatch, next.http().tls());
        check("internal.tls", backendsWatch, next.internal().tls());
    }

    private static void check(String section, @Nullable TlsWatch watch, @Nullable TlsFiles files)
            throws UnusableTlsException {
        try {
            if (watch != null && files != null) {
                watch.check(files);
            }
        } catch (UnusableTlsException e) {
            throw e.in(section);
        }
    }

    /** Has the listeners serve the files of a configuration, which has TLS where this one has. */
    Future<Void> use(NodeConfig next) {
        return Future.all(
                        use(clientsWatch, next.http().tls()),
                        use(backendsWatch, next.internal().tls()))
                .mapEmpty();
    }

    private static Future<Void> use(@Nullable TlsWatch watch, @Nullable TlsFiles files) {
        return watch == null || files == null ? Future.succeededFuture() : watch.use(files);
    }
}
