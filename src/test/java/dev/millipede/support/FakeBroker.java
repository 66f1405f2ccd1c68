package dev.millipede.support;

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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A broker that accepts everything and remembers it, until told to be away or silent. Safe on any thread. */
public final class FakeBroker implements Broker {
    private final List<Publication> published = new CopyOnWriteArrayList<>();
    private final List<PublishOptions> options = new CopyOnWriteArrayList<>();
    private final List<HistoryQuery> queries = new CopyOnWriteArrayList<>();
    private final List<Channel> removed = new CopyOnWriteArrayList<>();
    private volatile Published outcome = Published.PLAIN;
    private volatile HistoryPage page = new HistoryPage(new Position("epoch", 0), List.of());
    private volatile boolean away;
    private volatile boolean silent;
    private volatile boolean broken;

    /** What was published, in order. */
    public List<Publication> published() {
        return published;
    }

    /** How each of them was published. */
    public List<PublishOptions> options() {
        return options;
    }

    /** What was asked of history. */
    public List<HistoryQuery> queries() {
        return queries;
    }

    /** Of what history was removed. */
    public List<Channel> removed() {
        return removed;
    }

    /** What every publish is answered with. */
    public void answerPublish(Published with) {
        outcome = with;
    }

    /** What every question for history is answered with. */
    public void answerHistory(HistoryPage with) {
        page = with;
    }

    /** From now on everything fails. */
    public void goAway() {
        away = true;
    }

    /** From now on nothing is answered. */
    public void fallSilent() {
        silent = true;
    }

    /** From now on publish throws. */
    public void breakDown() {
        broken = true;
    }

    @Override
    public void listen(Listener listener) {}

    @Override
    public Future<Void> subscribe(Channel channel) {
        return answer(null);
    }

    @Override
    public void unsubscribe(Channel channel) {}

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        queries.add(query);
        return answer(page);
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        throw new UnsupportedOperationException("only the router asks this");
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        removed.add(channel);
        return answer(null);
    }

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        if (!away) {
            published.add(publication);
            this.options.add(options);
        }
        return answer(outcome);
    }

    private <T> Future<T> answer(@Nullable T value) {
        if (silent) {
            return Promise.<T>promise().future();
        }
        return away ? Future.failedFuture("the backplane is away") : Future.succeededFuture(value);
    }
}
