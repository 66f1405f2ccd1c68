package dev.millipede.websocket;

import io.vertx.core.http.HttpConnection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The connections of the public listener that are not, or not yet, WebSockets. Each holds a descriptor and several times
 * what a WebSocket does, so they have little time, however slowly they say something, and no more room than WebSockets
 * leave. Confined to the event loop of its WebSocketVerticle.
 */
final class Arrivals {
    /** Connections that may always arrive, to be told 503 when no slot is free. */
    private static final int ALWAYS = 48;

    private final Slots slots;
    private final long patienceNanos;
    private final boolean requestsGiveTime;

    /** When each has to have made its next request, the first one due first. */
    private final Map<HttpConnection, Long> deadlines = new LinkedHashMap<>();

    /**
     * The arrivals of one instance.
     *
     * @param slots of the node: while some are free, that many more may arrive, so that a storm of clients is let in
     * @param patienceNanos from the accept to a whole request, and from each request to the next where these give time
     * @param requestsGiveTime false where nobody but clients comes: who is no WebSocket by then has to go, whatever is asked
     */
    Arrivals(Slots slots, long patienceNanos, boolean requestsGiveTime) {
        this.slots = slots;
        this.patienceNanos = patienceNanos;
        this.requestsGiveTime = requestsGiveTime;
    }

    /** Takes a connection that was just accepted, or closes it when there are too many. */
    void accepted(HttpConnection connection, long now) {
        if (deadlines.size() >= ALWAYS + slots.free()) {
            connection.close();
            return;
        }
        deadlines.put(connection, now + patienceNanos);
        connection.closeHandler(closed -> deadlines.remove(connection));
    }

    /** A whole request has come. */
    void requested(HttpConnection connection, long now) {
        if (requestsGiveTime && deadlines.remove(connection) != null) {
            deadlines.put(connection, now + patienceNanos);
        }
    }

    /** The connection has been told that it is a WebSocket. */
    void upgrading(HttpConnection connection) {
        deadlines.remove(connection);
    }

    /** Closes those whose time is over; called a few times a second. */
    void expire(long now) {
        Iterator<Map.Entry<HttpConnection, Long>> each = deadlines.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<HttpConnection, Long> oldest = each.next();
            if (now - oldest.getValue() < 0) {
                return;
            }
            each.remove();
            oldest.getKey().close();
        }
    }
}
