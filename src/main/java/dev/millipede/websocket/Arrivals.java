package dev.millipede.websocket;

import io.vertx.core.http.HttpConnection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The connections of the public listener that are not, or not yet, WebSockets. Each holds a descriptor and several times
 * what a WebSocket does, so they have little time, however slowly they say something, and no more room than WebSockets leave. Confined to the event
 * loop of its WebSocketVerticle.
 */
final class Arrivals {
    private final int most;
    private final long patienceNanos;

    /** When each has to have made its next request, the first one due first. */
    private final Map<HttpConnection, Long> deadlines = new LinkedHashMap<>();

    /**
     * The arrivals of one instance.
     *
     * @param most connections at a time, WebSockets included
     * @param patienceNanos from the accept to a whole request, and from each request to the next
     */
    Arrivals(int most, long patienceNanos) {
        this.most = most;
        this.patienceNanos = patienceNanos;
    }

    /** Takes a connection that was just accepted, or closes it when with the {@code webSockets} there are too many. */
    void accepted(HttpConnection connection, int webSockets, long now) {
        if (deadlines.size() + webSockets >= most) {
            connection.close();
            return;
        }
        deadlines.put(connection, now + patienceNanos);
        connection.closeHandler(closed -> deadlines.remove(connection));
    }

    /** A whole request has come. */
    void requested(HttpConnection connection, long now) {
        if (deadlines.remove(connection) != null) {
            deadlines.put(connection, now + patienceNanos);
        }
    }

    /** The connection is a WebSocket now. */
    void upgraded(HttpConnection connection) {
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
