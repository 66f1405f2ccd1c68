package dev.millipede.websocket;

import dev.millipede.metrics.LimitKind;
import dev.millipede.protocol.CloseCode;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a request on the public listener: a WebSocket handshake is refused or upgraded, anything else goes to the
 * pages. Confined to the event loop of its WebSocketVerticle.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closing a channel that is of no more use
final class Gate implements Handler<HttpServerRequest> {
    /** Those who come too fast are spread over so many seconds, so that they do not come back together. */
    private static final int LATEST_RETRY_SECONDS = 5;

    private final String path;
    private final Instance instance;
    private final Arrivals arrivals;
    private final Instance.ConnectionFactory factory;
    private final PublicDoor door;
    private final ClientAddress clients;
    private final @Nullable AddressLimit addresses;

    private final ArrivalRate arrivalRate;

    private final WriteBufferWaterMark watermarks;
    private Handshake handshake;
    private boolean closed;

    Gate(Instance instance, Arrivals arrivals, Instance.ConnectionFactory factory, PublicDoor door, Shared shared) {
        this.instance = instance;
        this.arrivals = arrivals;
        this.factory = factory;
        this.door = door;
        this.path = shared.config().path();
        this.handshake = new Handshake(shared.policy().allowedOrigins());
        this.clients = door.http().clients();
        this.addresses = shared.addresses();
        this.arrivalRate = shared.arrivalRate();
        // From the half on a connection is not read from, until it has drained to a quarter.
        int outboxLimit = shared.config().outboxLimit();
        this.watermarks = new WriteBufferWaterMark(outboxLimit / 4, outboxLimit / 2);
    }

    /** From now on another policy holds. */
    void apply(Policy policy) {
        handshake = new Handshake(policy.allowedOrigins());
    }

    /** From now on handshakes get 503. */
    void close() {
        closed = true;
    }

    @Override
    public void handle(HttpServerRequest request) {
        assert instance.onLoop();
        if (!channel(request).isOpen()) {
            // Sent behind a request that was refused.
            return;
        }
        arrivals.requested(request.connection(), System.nanoTime());
        if (!path.equals(request.path())) {
            door.pages().handle(request);
            return;
        }
        int refusal = door.guard().applyAsInt(request);
        if (refusal == 0) {
            refusal = handshake.refusal(request);
        }
        if (refusal == 0) {
            admit(request);
        } else {
            refuse(request, refusal);
        }
    }

    /** What Vert.x cannot take for a request, or will not for its length: it answers and closes. */
    void noRequest(HttpServerRequest request) {
        HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
        instance.metrics.handshakeRefused(request.response().getStatusCode());
    }

    /** Upgrades a good handshake where there is room for it. */
    private void admit(HttpServerRequest request) {
        if (closed || !instance.slots().take()) {
            refuse(request, 503);
            return;
        }
        AddressLimit.Share share = null;
        if (addresses != null && addresses.isOn()) {
            InetAddress client = clients.of(request);
            share = client == null ? null : addresses.take(client);
            if (share == null) {
                instance.slots().giveBack();
                instance.metrics.limited(LimitKind.CONNECTIONS_PER_ADDRESS);
                refuse(request, 429);
                return;
            }
        }
        Admitted admitted = new Admitted(share);
        // Asked last, so that who is refused anyway uses up nothing of it; what costs something comes after.
        if (comesTooSoon()) {
            admitted.abandoned();
            instance.metrics.limited(LimitKind.CONNECTIONS_PER_SECOND);
            refuse(request, 503, 1 + instance.random(LATEST_RETRY_SECONDS));
            return;
        }
        HttpServerResponse response = request.response()
                .setStatusCode(101)
                .putHeader(HttpHeaders.UPGRADE, "websocket")
                .putHeader(HttpHeaders.CONNECTION, "Upgrade")
                .putHeader("Sec-WebSocket-Accept", Handshake.accept(request.getHeader("Sec-WebSocket-Key")));
        if (Handshake.offersSubprotocol(request)) {
            response.putHeader("Sec-WebSocket-Protocol", Handshake.SUBPROTOCOL);
        }
        arrivals.upgrading(request.connection());
        Upgrade.take(request, admitted);
    }

    private boolean comesTooSoon() {
        Limits limits = instance.policy().limits();
        int rate = limits.connectionsPerSecond();
        int burst = limits.connectionBurst() == 0 ? rate : limits.connectionBurst();
        return rate > 0 && !arrivalRate.take(rate, burst);
    }

    private void refuse(HttpServerRequest request, int status) {
        refuse(request, status, LATEST_RETRY_SECONDS);
    }

    /** @param retrySeconds when to come again, where the status says that one may */
    private void refuse(HttpServerRequest request, int status, int retrySeconds) {
        instance.metrics.handshakeRefused(status);
        HttpServerResponse response =
                request.response().setStatusCode(status).putHeader(HttpHeaders.CONNECTION, "close");
        if (status == 426) {
            response.putHeader(HttpHeaders.UPGRADE, "websocket").putHeader("Sec-WebSocket-Version", "13");
        } else if (status == 503 || status == 429) {
            response.putHeader("Retry-After", Integer.toString(retrySeconds));
        }
        response.end();
        // Vert.x says so and goes on reading: what stands behind a refused request would be taken for the next one.
        channel(request).flush().close();
    }

    private static Channel channel(HttpServerRequest request) {
        return ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel();
    }

    /** A handshake on its way to become a connection. */
    private final class Admitted implements Upgrade.Taker {
        private final AddressLimit.@Nullable Share share;

        Admitted(AddressLimit.@Nullable Share share) {
            this.share = share;
        }

        @Override
        public ChannelTransport open(Channel channel) {
            channel.config().setWriteBufferWaterMark(watermarks);
            Connection connection = instance.accept(factory);
            if (share != null) {
                connection.makeExtras().share = share;
            }
            ChannelTransport transport = new ChannelTransport(channel, connection);
            if (closed) {
                connection.close(CloseCode.SHUTDOWN);
            }
            return transport;
        }

        @Override
        public void abandoned() {
            instance.slots().giveBack();
            if (share != null) {
                share.giveBack();
            }
        }
    }
}
