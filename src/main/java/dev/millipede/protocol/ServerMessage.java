package dev.millipede.protocol;

import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server says besides publications: replies, pushes and pings (client protocol §3, §5, §6). */
public sealed interface ServerMessage {
    /**
     * The connection is established.
     *
     * @param ttl seconds until the token expires; 0 when it does not
     * @param subscriptions the channels the server subscribed this connection to, by name, in a stable order
     * @param ping seconds between server pings; the server always wants pongs
     */
    record Connected(long id, String client, String version, int ttl, Map<String, Subscription> subscriptions, int ping)
            implements ServerMessage {}

    record Subscribed(long id, Subscription subscription) implements ServerMessage {}

    /**
     * How a subscription begins (client protocol §8).
     *
     * @param position the last publication that the client has after this; of a successful recovery the offset is that of
     *     the client's request. Null when the channel is not positioned
     * @param wasRecovering whether the client wanted to recover
     * @param recovered whether it got all it missed
     * @param publications bodies encoded by {@link Protocol#encodeBody}, oldest first; only when recovered
     * @param ttl seconds until the subscription's token expires; 0 when it does not, or there is none
     * @param data what the token said to the client, or null
     */
    record Subscription(
            @Nullable Position position,
            boolean wasRecovering,
            boolean recovered,
            List<byte[]> publications,
            int ttl,
            @Nullable Payload data) {
        /** One that no token has to do with. */
        public Subscription(
                @Nullable Position position, boolean wasRecovering, boolean recovered, List<byte[]> publications) {
            this(position, wasRecovering, recovered, publications, 0, null);
        }

        /** The same by a token that says this. */
        public Subscription by(int ttl, @Nullable Payload data) {
            return new Subscription(position, wasRecovering, recovered, publications, ttl, data);
        }

        /** One to a channel that is not positioned. */
        public static final Subscription PLAIN = new Subscription(null, false, false, List.of());

        /** One that begins with what comes after a position. */
        public static Subscription from(Position position) {
            return new Subscription(position, false, false, List.of());
        }
    }

    /**
     * What is kept of a channel.
     *
     * @param publications bodies encoded by {@link Protocol#encodeBody}, in the order asked for
     */
    record HistoryRead(long id, Position top, List<byte[]> publications) implements ServerMessage {}

    record Unsubscribed(long id) implements ServerMessage {}

    record Published(long id) implements ServerMessage {}

    /**
     * The new token holds.
     *
     * @param ttl seconds until the new token expires; 0 when it does not
     */
    record Refreshed(long id, String client, String version, int ttl) implements ServerMessage {}

    /**
     * The subscription's new token holds.
     *
     * @param ttl seconds until it expires; 0 when it does not
     */
    record SubRefreshed(long id, int ttl) implements ServerMessage {}

    record Failed(long id, ErrorCode error) implements ServerMessage {}

    /** Tells the client that the server ended a subscription; {@code code} as in client protocol §7. */
    record UnsubscribePush(
            String channel, int code, @Nullable String reason) implements ServerMessage {}

    /** Tells the client that the server subscribed it to a channel, and from where on. */
    record SubscribePush(String channel, Position position) implements ServerMessage {}

    record Ping() implements ServerMessage {}
}
