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

/** A broker that accepts everything and remembers it, until told to be away or silent. Safe on any thread. */
public final class FakeBroker implements Broker {
    private final List<Publication> published = new CopyOnWriteArrayList<>();
    private final Promise<Void> never = Promise.promise();
    private volatile boolean away;
    private volatile boolean silent;
    private volatile boolean broken;

    /** What was published, in order. */
    public List<Publication> published() {
        return published;
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
        return answer();
    }

    @Override
    public void unsubscribe(Channel channel) {}

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        if (!away) {
            published.add(publication);
        }
        return answer().map(Published.PLAIN);
    }

    private Future<Void> answer() {
        if (silent) {
            return never.future();
        }
        return away ? Future.failedFuture("the backplane is away") : Future.succeededFuture();
    }
}
