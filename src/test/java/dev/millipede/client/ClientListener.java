package dev.millipede.client;

import dev.millipede.channel.Position;
import org.jspecify.annotations.Nullable;

/** What a client tells. Called on its event loop. */
public interface ClientListener {
    /** The connection is accepted; subscriptions follow. */
    default void connected(String clientId) {}

    /**
     * The connection is gone.
     *
     * @param code of the close frame, of the error that refused it, or below 100 one of {@link Client}'s own
     * @param reconnects whether the client will try again by itself
     */
    default void disconnected(int code, boolean reconnects) {}

    /**
     * A subscription stands, the client's own or one of the server's; publications follow.
     *
     * @param position where it begins: for a recovered one where it stood; null when the channel is not positioned
     */
    default void subscribed(String channel, boolean wasRecovering, boolean recovered, @Nullable Position position) {}

    /**
     * A subscription has ended, or broke off.
     *
     * @param resubscribes whether the client asks for it again by itself
     */
    default void unsubscribed(String channel, int code, boolean resubscribes) {}

    /**
     * A publication.
     *
     * @param position null when it has none
     * @param data the JSON value as Vert.x decodes it
     */
    default void publication(String channel, @Nullable Position position, @Nullable Object data) {}
}
