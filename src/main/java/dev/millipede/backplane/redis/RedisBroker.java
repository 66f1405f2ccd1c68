package dev.millipede.backplane.redis;

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
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes and subscribes in Redis. Envelopes are made on the publisher's thread; all else happens on the event loop of the
 * router, which both connections belong to.
 *
 * <p>What is under way to Redis is bounded; past that a publish fails at once.
 */
final class RedisBroker implements Broker {
    /** Publications under way; below what the client lets wait on one connection. */
    static final int MAX_UNDER_WAY = 16_384;

    /** Bytes of envelopes under way. */
    static final long MAX_BYTES = 64 << 20;

    private final Connector connector;
    private final Messages messages;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong bytesUnderWay = new AtomicLong();
    private volatile @Nullable Listening listening;
    private volatile boolean ready;

    private record Listening(ContextInternal context, RedisSession session) {}

    RedisBroker(Connector connector, Messages messages) {
        this.connector = connector;
        this.messages = messages;
    }

    @Override
    public void listen(Listener listener) {
        ContextInternal context = Objects.requireNonNull(ContextInternal.current(), "called outside an event loop");
        RedisSession session = new RedisSession(context, connector, messages, listener, now -> ready = now);
        listening = new Listening(context, session);
        session.open();
    }

    boolean isReady() {
        return ready;
    }

    private RedisSession session() {
        Listening current = Objects.requireNonNull(listening, "nobody listens");
        assert current.context.inThread();
        return current.session;
    }

    @Override
    public Future<Void> subscribe(Channel channel) {
        return session().subscribe(messages.name(channel.name()));
    }

    @Override
    public void unsubscribe(Channel channel) {
        session().unsubscribe(messages.name(channel.name()));
    }

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
        Listening target = listening;
        if (target == null) {
            return Future.failedFuture("no router listens");
        }
        byte[] message = Envelope.encode(publication);
        int count = underWay.incrementAndGet();
        long bytes = bytesUnderWay.addAndGet(message.length);
        if (count > MAX_UNDER_WAY || bytes > MAX_BYTES) {
            ended(message);
            return Future.failedFuture("Redis is behind");
        }
        ContextInternal caller = ContextInternal.current();
        Promise<Published> accepted = caller == null ? Promise.promise() : caller.promise();
        Publisher.Item item = new Publisher.Item(
                Publisher.request(messages.nameBytes(publication.channel()), message), (receivers, failure) -> {
                    ended(message);
                    answer(caller, accepted, failure);
                });
        target.context.emit(ignored -> target.session.publish(item));
        return accepted.future();
    }

    private void ended(byte[] message) {
        underWay.decrementAndGet();
        bytesUnderWay.addAndGet(-message.length);
    }

    /** Completes where the caller is, where there is one: there, answers come in the order of the questions. */
    private static void answer(
            @Nullable ContextInternal caller, Promise<Published> accepted, @Nullable Throwable failure) {
        if (caller == null) {
            accepted.complete(failure == null ? Published.PLAIN : null, failure);
        } else {
            caller.emit(ignored -> accepted.complete(failure == null ? Published.PLAIN : null, failure));
        }
    }

    /** Ends both connections. Safe on any thread. */
    Future<Void> close() {
        Listening current = listening;
        if (current == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        current.context.emit(ignored -> {
            current.session.close();
            closed.complete();
        });
        return closed.future();
    }
}
