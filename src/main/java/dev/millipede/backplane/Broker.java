package dev.millipede.backplane;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;

/**
 * Publish and subscribe across nodes. {@code publish} may be called on any thread; {@code subscribe} and
 * {@code unsubscribe} only on the listener's event loop.
 *
 * <p>The broker keeps no list of subscriptions: the listener knows what it wants, and after a loss subscribes to all of it
 * again.
 */
public interface Broker {
    /** Names the one listener, called on the event loop of this call's context; what this node is to other nodes begins. */
    void listen(Listener listener);

    /**
     * Completes when every publication ordered after this point reaches the listener, until it is told of a loss. Fails at
     * once while the backplane is known to be away, also before the first connection, and when the connection is lost
     * meanwhile.
     */
    Future<Void> subscribe(Channel channel);

    /**
     * Ends a subscription, if there is one; publications may still arrive for a moment. Subscribing again afterwards counts.
     */
    void unsubscribe(Channel channel);

    /**
     * Publishes to all nodes. Publications of one caller to one channel keep their order. The future
     * completes on the caller's context.
     *
     * @return completes when the backplane has accepted the publication; fails, honestly, when it has not, or when that is
     *     not known
     */
    Future<Void> publish(Publication publication);

    /** What a broker tells the router. */
    interface Listener {
        void publication(Publication publication);

        /** A message came that is no publication. */
        void skipped(Skipped why);

        /**
         * The connection is lost and every subscription with it. The futures of those under way fail after this call. Not told
         * when the backplane is closed.
         */
        void lost();

        /**
         * There is a connection, the first or another one, and no subscription on it.
         *
         * @return completes when the listener has subscribed to all it wants; only then is the backplane ready
         */
        Future<Void> restore();
    }
}
