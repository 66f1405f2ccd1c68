package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.backplane.Skipped;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A broker whose subscriptions are confirmed or refused, and whose publications are brought, by hand. */
final class HandFedBroker implements Broker {
    /** Names of channels, in the order they were subscribed to. */
    final List<String> subscribed = new ArrayList<>();

    final List<String> unsubscribed = new ArrayList<>();

    /** Completes when a channel is first unsubscribed from. */
    final Promise<Void> ended = Promise.promise();

    /** Answers to be given, in the order of {@link #subscribed}; taken out when given. */
    final List<Promise<Void>> answers = new ArrayList<>();

    /** Reads of history that are to be answered, in order; taken out when answered. */
    final List<Read> reads = new ArrayList<>();

    /** What every read is answered with at once; null: they are answered by hand. */
    @Nullable
    HistoryPage page;

    /** Reads asked for so far. */
    int read;

    /**
     * A read of history: {@code known} of one that compares, {@code query} of any other.
     */
    record Read(
            Channel channel,
            @Nullable Position known,
            @Nullable HistoryQuery query,
            int limit,
            Promise<HistoryPage> answer) {}

    /** Whether subscriptions are confirmed at once. */
    boolean confirms;

    /** Hears of each subscription as it is asked for. */
    Consumer<Channel> whenSubscribed = channel -> {};

    private @Nullable Listener listener;
    private @Nullable Context context;

    void confirm() {
        answers.remove(0).complete();
    }

    void refuse() {
        answers.remove(0).fail("the backplane is away");
    }

    /** Answers the first read with what follows a position. */
    void answer(Position top, Publication... publications) {
        reads.remove(0).answer().complete(new HistoryPage(top, List.of(publications)));
    }

    void failRead() {
        reads.remove(0).answer().fail("history cannot be read");
    }

    void confirmAll() {
        while (!answers.isEmpty()) {
            confirm();
        }
    }

    /** Refuses what is under way, but not what is asked for in answer to that. */
    void refuseAll() {
        for (int left = answers.size(); left > 0; left--) {
            refuse();
        }
    }

    /** Brings a publication on the listener's event loop. */
    void bring(Publication publication) {
        Listener target = Objects.requireNonNull(listener);
        Objects.requireNonNull(context).runOnContext(ignored -> target.publication(publication));
    }

    /** How far the listener knows a channel's stream, asked on its event loop. */
    Future<@Nullable Position> known(Channel channel) {
        Listener target = Objects.requireNonNull(listener);
        Promise<@Nullable Position> known = Promise.promise();
        Objects.requireNonNull(context).runOnContext(ignored -> known.complete(target.known(channel)));
        return known.future();
    }

    /** Brings what is no publication, likewise. */
    void bring(Skipped why) {
        Listener target = Objects.requireNonNull(listener);
        Objects.requireNonNull(context).runOnContext(ignored -> target.skipped(why));
    }

    /** Breaks the connection, likewise: what is under way fails. */
    void lose() {
        Listener target = Objects.requireNonNull(listener);
        Objects.requireNonNull(context).runOnContext(ignored -> {
            target.lost();
            refuseAll();
        });
    }

    /** Brings the connection back, likewise; completes when the listener has restored all it wants. */
    Future<Void> restore() {
        Listener target = Objects.requireNonNull(listener);
        Promise<Void> restored = Promise.promise();
        Objects.requireNonNull(context).runOnContext(ignored -> target.restore().onComplete(restored));
        return restored.future();
    }

    @Override
    public void listen(Listener listener) {
        this.listener = listener;
        this.context = Vertx.currentContext();
    }

    @Override
    public Future<Void> subscribe(Channel channel) {
        subscribed.add(channel.name());
        whenSubscribed.accept(channel);
        if (confirms) {
            return Future.succeededFuture();
        }
        Promise<Void> answer = Promise.promise();
        answers.add(answer);
        return answer.future();
    }

    @Override
    public void unsubscribe(Channel channel) {
        unsubscribed.add(channel.name());
        ended.tryComplete();
    }

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        return read(new Read(channel, null, query, query.limit(), Promise.promise()));
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        return read(new Read(channel, known, null, limit, Promise.promise()));
    }

    private Future<HistoryPage> read(Read asked) {
        read++;
        if (page != null) {
            return Future.succeededFuture(page);
        }
        reads.add(asked);
        return asked.answer().future();
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        throw new UnsupportedOperationException("the router does not publish");
    }
}
