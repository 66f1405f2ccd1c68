package dev.millipede.websocket;

import dev.millipede.protocol.CloseCode;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * What happens to a request on the public listener: a WebSocket handshake is refused or upgraded, anything else goes to the
 * pages. Confined to the event loop of its WebSocketVerticle.
 */
final class Gate implements Handler<HttpServerRequest>, Upgrade.Taker {
    private final String path;
    private final Handshake handshake;
    private final Instance instance;
    private final Arrivals arrivals;
    private final Instance.ConnectionFactory factory;
    private final PublicDoor door;
    private final WriteBufferWaterMark watermarks;
    private boolean closed;

    /**
     * @param outboxLimit bytes; at half of it a connection is not read from until it has drained to a quarter
     */
    Gate(
            Instance instance,
            Arrivals arrivals,
            Instance.ConnectionFactory factory,
            PublicDoor door,
            String path,
            int outboxLimit) {
        this.instance = instance;
        this.arrivals = arrivals;
        this.factory = factory;
        this.door = door;
        this.path = path;
        this.handshake = new Handshake(door.http().allowedOrigins());
        this.watermarks = new WriteBufferWaterMark(outboxLimit / 4, outboxLimit / 2);
    }

    /** From now on handshakes get 503. */
    void close() {
        closed = true;
    }

    @Override
    public void handle(HttpServerRequest request) {
        assert instance.onLoop();
        arrivals.requested(request.connection(), System.nanoTime());
        if (!path.equals(request.path())) {
            door.pages().handle(request);
            return;
        }
        int refusal = refusal(request);
        if (refusal != 0) {
            refuse(request, refusal);
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
        Upgrade.take(request, this);
    }

    /** The status to refuse with; 0 when the request may be upgraded: then a slot has been taken for it. */
    private int refusal(HttpServerRequest request) {
        int guarded = door.guard().applyAsInt(request);
        if (guarded != 0) {
            return guarded;
        }
        int refused = handshake.refusal(request);
        if (refused != 0) {
            return refused;
        }
        return closed || !instance.slots().take() ? 503 : 0;
    }

    private void refuse(HttpServerRequest request, int status) {
        instance.metrics.handshakeRefused(status);
        HttpServerResponse response =
                request.response().setStatusCode(status).putHeader(HttpHeaders.CONNECTION, "close");
        if (status == 426) {
            response.putHeader(HttpHeaders.UPGRADE, "websocket").putHeader("Sec-WebSocket-Version", "13");
        } else if (status == 503) {
            response.putHeader("Retry-After", "5");
        }
        response.end();
    }

    @Override
    public ChannelTransport open(Channel channel) {
        channel.config().setWriteBufferWaterMark(watermarks);
        Connection connection = instance.accept(factory);
        ChannelTransport transport = new ChannelTransport(channel, connection);
        if (closed) {
            connection.close(CloseCode.SHUTDOWN);
        }
        return transport;
    }

    @Override
    public void abandoned() {
        instance.slots().giveBack();
    }
}
