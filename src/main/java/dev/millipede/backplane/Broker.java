package dev.millipede.backplane;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;

/**
 * Publish and subscribe across nodes. {@code publish} may be called on any thread; {@code subscribe} and
 * {@code unsubscribe} only on the listener's event loop.
 */
public interface Broker {
    /** Names the one listener, called on the context of this call. */
    void listen(Listener listener);

    /**
     * Completes when every publication ordered after this point reaches the listener; fails when the backplane is away.
     */
    Future<Void> subscribe(Channel channel);

    /** Ends a subscription; publications may still arrive for a moment. */
    void unsubscribe(Channel channel);

    /**
     * Publishes to all nodes. Publications of one caller to one channel keep their order. The future
     * completes on the caller's context.
     *
     * @return completes when the backplane has accepted the publication; fails, honestly, when it has not
     */
    Future<Void> publish(Publication publication);

    /** What a broker tells the router. */
    interface Listener {
        void publication(Publication publication);
    }
}
