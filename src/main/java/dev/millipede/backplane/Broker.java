package dev.millipede.backplane;

import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe across nodes, with history as part of the same operation. {@code publish} and what concerns history
 * may be called on any thread; {@code subscribe} and {@code unsubscribe} only on the listener's event loop.
 *
 * <p>In a channel that keeps history each publication gets its offset, is stored, and is sent, in one atomic step: whoever
 * listens gets offsets in order, and misses none unless the connection is lost. A publication without position is none of
 * the stream: not stored, and never a gap.
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
     * @param publication without a position: it gets one where the channel keeps history
     * @return completes when the backplane has accepted the publication; fails, honestly, when it has not, or when that is
     *     not known
     */
    Future<Published> publish(Publication publication, PublishOptions options);

    /** As {@link #publish(Publication, PublishOptions)}, with nothing special. */
    default Future<Published> publish(Publication publication) {
        return publish(publication, PublishOptions.NONE);
    }

    /**
     * Reads a part of a channel's history. A channel that never was published to has an epoch from its first reading on.
     * Completes on the caller's context.
     *
     * @param channel one that keeps history
     */
    Future<HistoryPage> history(Channel channel, HistoryQuery query);

    /**
     * Reads, oldest first, what came after a position that the backplane itself had told this node. Where the stream has not
     * got that position, or another publication there, the backplane lost something that others have seen: the stream gets
     * a new epoch in the same step, so that no position of before counts any more. Completes on the caller's context.
     *
     * @param channel one that keeps history
     * @param limit the most publications, at least 1
     * @return a page without publications when {@code top} has another epoch than {@code known}
     */
    Future<HistoryPage> after(Channel channel, Position known, int limit);

    /** Removes what is kept of a channel's publications; its position goes on. Completes on the caller's context. */
    Future<Void> removeHistory(Channel channel);

    /** What a broker tells the router. */
    interface Listener {
        void publication(Publication publication);

        /**
         * How far this node has seen a channel's stream, null when it does not follow it: what is published is not given an
         * offset up to there, but a new epoch, should the backplane have lost that. Called on the listener's event loop.
         */
        @Nullable
        Position known(Channel channel);

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
