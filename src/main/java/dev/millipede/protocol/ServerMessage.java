package dev.millipede.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the server says besides publications: replies, pushes and pings (client protocol §3, §5, §6). */
public sealed interface ServerMessage {
    /**
     * The connection is established.
     *
     * @param ttl seconds until the token expires; 0 when it does not
     * @param subscriptions names of the channels the server subscribed this connection to
     * @param ping seconds between server pings; the server always wants pongs
     */
    record Connected(long id, String client, String version, int ttl, List<String> subscriptions, int ping)
            implements ServerMessage {}

    record Subscribed(long id) implements ServerMessage {}

    record Unsubscribed(long id) implements ServerMessage {}

    record Published(long id) implements ServerMessage {}

    /**
     * The new token holds.
     *
     * @param ttl seconds until the new token expires; 0 when it does not
     */
    record Refreshed(long id, String client, String version, int ttl) implements ServerMessage {}

    record Failed(long id, ErrorCode error) implements ServerMessage {}

    /** Tells the client that the server ended a subscription; {@code code} as in client protocol §7. */
    record UnsubscribePush(
            String channel, int code, @Nullable String reason) implements ServerMessage {}

    record Ping() implements ServerMessage {}
}
