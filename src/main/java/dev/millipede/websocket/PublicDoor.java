package dev.millipede.websocket;

import dev.millipede.tls.TlsMaterial;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The public listeners and what stands beside the WebSocket endpoint on it.
 *
 * @param tls what it serves at first; null: no TLS
 * @param pages serves every request that is not for the endpoint
 * @param servesBackends whether the pages include the API, whose connections may ask again and again; others have their time
 *     once
 * @param guard the status a request for the endpoint is refused with before all other checks, or 0
 */
public record PublicDoor(
        HttpConfig http,
        @Nullable TlsMaterial tls,
        Handler<HttpServerRequest> pages,
        boolean servesBackends,
        ToIntFunction<HttpServerRequest> guard) {
    /**
     * One for each listener, in the order of {@link HttpConfig#listen}.
     *
     * @param idle silence after which a connection that is not (yet) a WebSocket is closed; also the time for TLS
     */
    List<HttpServerOptions> options(Duration idle) {
        return IntStream.range(0, http.listen().size())
                .mapToObj(number -> options(number, idle))
                .toList();
    }

    /**
     * The port that Vert.x is asked to listen on. Below zero: any free port, the same for all instances.
     *
     * @param number of the listener, from 0
     */
    public static int portToBind(HttpConfig http, int number) {
        int port = http.listen().get(number).port();
        return port == 0 ? -1 - number : port;
    }

    private HttpServerOptions options(int number, Duration idle) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(http.listen().get(number).host())
                .setPort(portToBind(http, number))
                .setReusePort(http.reusePort())
                .setAcceptBacklog(http.backlog())
                .setMaxHeaderSize(http.maxHeaderBytes())
                .setMaxInitialLineLength(http.maxLineBytes())
                .setIdleTimeout((int) idle.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setSslHandshakeTimeout(idle.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false);
        if (tls != null) {
            tls.serve(options);
        }
        return options;
    }
}
