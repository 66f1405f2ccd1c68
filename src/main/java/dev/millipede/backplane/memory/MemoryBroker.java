package dev.millipede.backplane.memory;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Hands publications to the listener's event loop, one queue for all channels. Keeps no subscriptions: the router's own
 * table decides what is wanted here.
 *
 * <p>What waits for the router is bounded: past {@value #QUEUE_BYTES} bytes a publish fails instead of filling the heap.
 */
final class MemoryBroker implements Broker {
    /** Payload bytes that may wait for the router's loop. */
    static final long QUEUE_BYTES = 64 << 20;

    private static final int RECORD_OVERHEAD = 64;

    private final AtomicLong queued = new AtomicLong();
    private @Nullable Context context;
    private @Nullable Listener listener;

    @Override
    public void listen(Listener listener) {
        this.context = Vertx.currentContext();
        this.listener = listener;
    }

    @Override
    public Future<Void> subscribe(Channel channel) {
        return Future.succeededFuture();
    }

    @Override
    public void unsubscribe(Channel channel) {}

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        return Future.failedFuture("not yet");
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        return Future.failedFuture("not yet");
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        return Future.failedFuture("not yet");
    }

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        Context owner = context;
        Listener target = listener;
        if (owner == null || target == null) {
            return Future.failedFuture("no router listens");
        }
        int size = publication.data().length() + RECORD_OVERHEAD;
        if (queued.addAndGet(size) > QUEUE_BYTES) {
            queued.addAndGet(-size);
            return Future.failedFuture("the router is behind");
        }
        owner.runOnContext(ignored -> {
            queued.addAndGet(-size);
            target.publication(publication);
        });
        return Future.succeededFuture(Published.PLAIN);
    }
}
