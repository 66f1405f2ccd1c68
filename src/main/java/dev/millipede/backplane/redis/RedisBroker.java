package dev.millipede.backplane.redis;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.backplane.redis.Item.Answer;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Publishes, subscribes and reads in Redis. Envelopes are made on the publisher's thread; all else happens on the event loop
 * of the router, which all connections belong to.
 *
 * <p>What is under way to Redis is bounded, for publications and for reads; past that a call fails at once.
 */
final class RedisBroker implements Broker {
    private final Connector connector;
    private final Messages messages;
    private final Acknowledged acknowledged = new Acknowledged();
    private final RandomGenerator random;
    private final StreamRequests requests;
    private final UnderWay publications = new UnderWay();
    private final UnderWay reads = new UnderWay();
    private final Registration registration;
    private final Registry.Events registryEvents;
    private volatile @Nullable Listening listening;
    private volatile boolean ready;

    record Listening(ContextInternal context, RedisSession session, Listener listener) {}

    /**
     * Connects to nothing yet.
     *
     * @param random belongs to the event loop that will listen
     * @param registration what this node is, from when it is listened to
     */
    RedisBroker(
            Connector connector,
            Messages messages,
            RandomGenerator random,
            Registration registration,
            Registry.Events registryEvents) {
        this.registration = registration;
        this.registryEvents = registryEvents;
        this.connector = connector;
        this.messages = messages;
        this.random = random;
        this.requests = new StreamRequests(messages, random);
    }

    @Override
    public void listen(Listener listener) {
        ContextInternal context = Objects.requireNonNull(ContextInternal.current(), "called outside an event loop");
        RedisSession session = new RedisSession(
                context, connector, messages, listener, random, registration, registryEvents, now -> ready = now);
        listening = new Listening(context, session, listener);
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
    public Future<Published> publish(Publication publication, PublishOptions options) {
        Channel channel = publication.channel();
        boolean stored = channel.namespace().history().isKept() && !options.skipHistory();
        byte[] message = Envelope.encode(withoutPosition(publication));
        return ask(
                publications, message.length, (target, response) -> published(channel, response), (target, answer) -> {
                    Position heard = stored ? target.listener.known(channel) : null;
                    Position known = stored ? acknowledged.known(channel, heard) : null;
                    Request request = requests.publish(channel, message, options, known);
                    target.session.publish(new Item(request, Item.Kind.WRITE, 1, answer));
                });
    }

    /** Positions are given here, not believed. */
    private static Publication withoutPosition(Publication publication) {
        return publication.position() == null
                ? publication
                : new Publication(
                        publication.channel(), publication.data(), publication.info(), null, publication.tags());
    }

    private Published published(Channel channel, @Nullable Response response) {
        Published published = StreamAnswers.published(response);
        if (published.position() != null && !published.suppressed()) {
            acknowledged.told(channel, published.position());
        }
        return published;
    }

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        int weight = 1 + StreamRequests.most(channel, query.limit());
        return read(channel, weight, () -> requests.history(channel, query));
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        int weight = 1 + StreamRequests.most(channel, limit);
        return read(channel, weight, () -> requests.after(channel, known, limit));
    }

    private Future<HistoryPage> read(Channel channel, int weight, Supplier<Request> request) {
        return ask(
                reads,
                0,
                (target, response) -> StreamAnswers.page(channel, response, target.listener),
                (target, answer) -> target.session.read(new Item(request.get(), Item.Kind.READ, weight, answer)));
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        return ask(
                        reads,
                        0,
                        (target, response) -> channel,
                        (target, answer) ->
                                target.session.read(new Item(requests.remove(channel), Item.Kind.READ, 1, answer)))
                .mapEmpty();
    }

    /**
     * Asks Redis and completes where the caller is.
     *
     * @param bytes held until the answer is there
     * @param reader makes a result of what Redis answered; called on the router's loop, as is {@code send}
     */
    <T> Future<T> ask(
            UnderWay room,
            int bytes,
            BiFunction<Listening, @Nullable Response, T> reader,
            BiConsumer<Listening, Answer> send) {
        Listening target = listening;
        if (target == null) {
            return Future.failedFuture("no router listens");
        }
        if (!room.enter(bytes)) {
            return Future.failedFuture("Redis is behind");
        }
        ContextInternal caller = ContextInternal.current();
        Promise<T> result = caller == null ? Promise.promise() : caller.promise();
        Answer answer = new Answer() {
            @Override
            public void told(@Nullable Response response, @Nullable Throwable failure) {
                complete(caller, result, failure == null ? read(response) : Future.failedFuture(failure));
            }

            private Future<T> read(@Nullable Response response) {
                try {
                    return Future.succeededFuture(reader.apply(target, response));
                } catch (RuntimeException e) {
                    return Future.failedFuture(e);
                }
            }

            @Override
            public void ended() {
                room.leave(bytes);
            }
        };
        target.context.emit(ignored -> send.accept(target, answer));
        return result.future();
    }

    /** Where the caller is, where there is one: there, answers come in the order of the questions. */
    static <T> void complete(@Nullable ContextInternal caller, Promise<T> result, Future<T> outcome) {
        if (caller == null) {
            outcome.onComplete(result);
        } else {
            caller.emit(ignored -> outcome.onComplete(result));
        }
    }

    /**
     * Has something done on the router's loop. Safe on any thread.
     *
     * @throws NullPointerException when nobody listens yet
     */
    void onLoop(Consumer<RedisSession> task) {
        Listening target = Objects.requireNonNull(listening, "nobody listens");
        target.context.emit(ignored -> task.accept(target.session));
    }

    /** Ends all connections. Safe on any thread. */
    Future<Void> close() {
        Listening current = listening;
        if (current == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        current.context.emit(ignored -> current.session.close().onComplete(closed));
        return closed.future();
    }
}
