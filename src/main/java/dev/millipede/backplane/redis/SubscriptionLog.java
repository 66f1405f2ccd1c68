package dev.millipede.backplane.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be subscribed to and unsubscribed from on one connection, in order: what waits, and what is written and not
 * acknowledged. Redis acknowledges name by name in the order of the commands, so each acknowledgement belongs to the oldest
 * name that has none: after SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE of one channel only the third confirms the third. Belongs to one
 * generation of the connection. Confined to the event loop of the router; no I/O.
 */
final class SubscriptionLog {
    /** Names in one command; Redis serves nobody else for as long as it takes. */
    static final int MAX_BATCH = 512;

    /** Names written and not acknowledged, about; bounds what Redis has to answer in one go. */
    static final int WINDOW = 8_192;

    private final ArrayDeque<Change> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch> written = new ArrayDeque<>();
    private int unacknowledged;

    /**
     * A name to subscribe to or to unsubscribe from.
     *
     * @param done null for an unsubscribe, which nobody waits for
     * @param alone whether it must have a command of its own
     */
    private record Change(String channel, @Nullable Promise<Void> done, boolean alone) {
        boolean subscribes() {
            return done != null;
        }
    }

    /** The names of one command. */
    static final class Batch {
        private final boolean subscribes;
        private final List<Change> changes = new ArrayList<>();
        private int acknowledged;

        private Batch(boolean subscribes) {
            this.subscribes = subscribes;
        }

        boolean subscribes() {
            return subscribes;
        }

        int size() {
            return changes.size();
        }

        String channel(int index) {
            return changes.get(index).channel;
        }
    }

    /** The future completes with the acknowledgement of exactly this one. */
    Future<Void> subscribe(String channel) {
        Promise<Void> done = Promise.promise();
        waiting.add(new Change(channel, done, false));
        return done.future();
    }

    void unsubscribe(String channel) {
        waiting.add(new Change(channel, null, false));
    }

    /** What is to be written next, and counts as written; null when nothing waits or too much is unacknowledged. */
    @Nullable
    Batch next() {
        Change first = waiting.peek();
        if (first == null || unacknowledged >= WINDOW) {
            return null;
        }
        Batch batch = new Batch(first.subscribes());
        Change change = first;
        int most = first.alone ? 1 : MAX_BATCH;
        while (change != null && change.subscribes() == batch.subscribes && batch.size() < most) {
            batch.changes.add(waiting.remove());
            change = waiting.peek();
            most = change == null || change.alone ? 0 : most;
        }
        written.add(batch);
        unacknowledged += batch.size();
        return batch;
    }

    /** Takes an acknowledgement; false when it is not the one that is due. */
    boolean acknowledged(boolean subscribed, String channel) {
        Batch batch = written.peek();
        if (batch == null || batch.subscribes != subscribed) {
            return false;
        }
        Change change = batch.changes.get(batch.acknowledged);
        if (!change.channel.equals(channel)) {
            return false;
        }
        batch.acknowledged++;
        unacknowledged--;
        if (batch.acknowledged == batch.size()) {
            written.remove();
        }
        if (change.done != null) {
            change.done.complete();
        }
        return true;
    }

    /**
     * Redis has refused the oldest command as a whole, maybe for one of its names: each is tried alone, but for those of
     * which something newer is known by now.
     *
     * @return false when there is no command it could have refused
     */
    boolean refused(String why) {
        Batch batch = written.poll();
        if (batch == null) {
            return false;
        }
        unacknowledged -= batch.size() - batch.acknowledged;
        if (batch.size() == 1) {
            fail(batch, why);
            return true;
        }
        Set<String> newer = new HashSet<>();
        written.forEach(later -> later.changes.forEach(change -> newer.add(change.channel)));
        waiting.forEach(change -> newer.add(change.channel));
        List<Change> again = batch.changes.subList(batch.acknowledged, batch.size());
        for (int i = again.size() - 1; i >= 0; i--) {
            Change change = again.get(i);
            if (newer.add(change.channel)) {
                waiting.addFirst(new Change(change.channel, change.done, true));
            } else if (change.done != null) {
                change.done.fail(why);
            }
        }
        return true;
    }

    private static void fail(Batch batch, String why) {
        for (Change change : batch.changes.subList(batch.acknowledged, batch.size())) {
            if (change.done != null) {
                change.done.fail(why);
            }
        }
    }

    /** Fails all that is under way; what is acknowledged later belongs to nobody. */
    void fail(String why) {
        written.forEach(batch -> fail(batch, why));
        written.clear();
        for (Change change : waiting) {
            if (change.done != null) {
                change.done.fail(why);
            }
        }
        waiting.clear();
    }
}
