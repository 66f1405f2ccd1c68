package dev.millipede.backplane.memory;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands publications to the listener's event loop, one queue for all channels: there they get their offsets, are kept and
 * are heard, and history is read there too. Keeps no subscriptions: the router's own table decides what is wanted here.
 *
 * <p>What waits for the router is bounded: past {@value #QUEUE_BYTES} bytes a call fails instead of filling the heap.
 */
final class MemoryBroker implements Broker {
    /** Payload bytes that may wait for the router's loop. */
    static final long QUEUE_BYTES = 64 << 20;

    private static final int RECORD_OVERHEAD = 64;

    private final Streams streams;
    private final AtomicLong queued = new AtomicLong();
    private volatile @Nullable Listening listening;

    private record Listening(ContextInternal context, Listener listener) {}

    /** @param streams belongs to the event loop that will listen */
    MemoryBroker(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void listen(Listener listener) {
        ContextInternal context = ContextInternal.current();
        if (context == null) {
            throw new IllegalStateException("called outside an event loop");
        }
        listening = new Listening(context, listener);
    }

    @Override
    public Future<Void> subscribe(Channel channel) {
        return Future.succeededFuture();
    }

    @Override
    public void unsubscribe(Channel channel) {}

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        Listening target = listening;
        int size = publication.data().length() + RECORD_OVERHEAD;
        if (target == null || !enter(size)) {
            return refused(target);
        }
        Channel channel = publication.channel();
        boolean kept = channel.namespace().history().isKept() && !options.skipHistory();
        if (!kept && options.idempotencyKey() == null) {
            target.context.runOnContext(ignored -> {
                leave(size);
                target.listener.publication(without(publication));
            });
            return Future.succeededFuture(Published.PLAIN);
        }
        return onLoop(target, size, () -> streams.publish(publication, options, target.listener::publication));
    }

    private static Publication without(Publication publication) {
        return publication.position() == null ? publication : Stream.at(null, publication);
    }

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        return ask(() -> streams.history(channel, query));
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        return ask(() -> streams.after(channel, known, limit));
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        return ask(() -> {
                    streams.remove(channel);
                    return channel;
                })
                .mapEmpty();
    }

    private <T> Future<T> ask(Supplier<T> question) {
        Listening target = listening;
        if (target == null || !enter(RECORD_OVERHEAD)) {
            return refused(target);
        }
        return onLoop(target, RECORD_OVERHEAD, question);
    }

    private static <T> Future<T> refused(@Nullable Listening target) {
        return Future.failedFuture(target == null ? "no router listens" : "the router is behind");
    }

    private boolean enter(int size) {
        boolean fits = queued.addAndGet(size) <= QUEUE_BYTES;
        if (!fits) {
            leave(size);
        }
        return fits;
    }

    private void leave(int size) {
        queued.addAndGet(-size);
    }

    /** Always in a later turn, so that whoever publishes and then reads on the loop itself reads what was published. */
    private <T> Future<T> onLoop(Listening target, int size, Supplier<T> work) {
        ContextInternal caller = ContextInternal.current();
        Promise<T> answer = caller == null ? Promise.promise() : caller.promise();
        target.context.runOnContext(ignored -> {
            leave(size);
            T result = work.get();
            if (caller == null) {
                answer.complete(result);
            } else {
                caller.emit(done -> answer.complete(result));
            }
        });
        return answer.future();
    }
}
