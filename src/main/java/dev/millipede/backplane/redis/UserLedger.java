package dev.millipede.backplane.redis;

import io.vertx.redis.client.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each user has on this node, and what Redis is told of that. Redis always gets the whole count, under
 * the id of the lease, so that saying it twice does no harm; all counts are said again within {@value #ROUND_MILLIS} ms, and
 * sooner under a new id. Confined to the event loop of the router.
 */
final class UserLedger implements Lease.Holder {
    /** In which each count is said once more: twice before Redis forgets it. */
    static final long ROUND_MILLIS = 8 * 60_000;

    /** Users in one request. */
    private static final int BATCH = 64;

    /** Requests that say counts, under way. */
    private static final int MOST_WRITES = 32;

    /** Counts said again between two ticks, where all are to be as soon as possible: some 8,000 a second. */
    private static final int HASTE = 2_048;

    /** Connections that may wait for Redis; past that this node's own count decides. */
    private static final int MOST_WAITING = UnderWay.MAX_COUNT;

    private final CountRequests requests;
    private final Consumer<Item> redis;
    private final Consumer<String> missed;
    private final Runnable countedLocally;
    private final Consumer<Runnable> later;

    /** The one whose count was said longest ago comes first. */
    private final Map<String, UserShare> byUser = new LinkedHashMap<>();

    /** Those of which Redis has to be told, those who are busy perhaps not among them; some twice. */
    private final ArrayDeque<UserShare> changed = new ArrayDeque<>();

    private @Nullable String id;
    private int waiting;
    private int writing;
    private boolean flushing;

    /** How many of the first users are to be said at once. */
    private int owed;

    /** Counts due in the round, in milliseconds times users. */
    private long due;

    private long lastTick;

    /**
     * Counts nobody yet.
     *
     * @param redis sends a request
     * @param missed told when Redis does not know the lease of an id
     * @param countedLocally told of each connection that Redis was not asked about
     * @param later runs something in another turn of the loop
     * @param now as in {@link #tick}
     */
    UserLedger(
            CountRequests requests,
            Consumer<Item> redis,
            Consumer<String> missed,
            Runnable countedLocally,
            Consumer<Runnable> later,
            long now) {
        this.requests = requests;
        this.redis = redis;
        this.missed = missed;
        this.countedLocally = countedLocally;
        this.later = later;
        this.lastTick = now;
    }

    @Override
    public void gained(String newId) {
        id = newId;
        owed = byUser.size();
    }

    @Override
    public void lost() {
        id = null;
        owed = 0;
        List<UserShare> forgotten = List.copyOf(changed);
        changed.clear();
        for (UserShare share : forgotten) {
            share.changed = false;
            removeIfOver(share);
        }
    }

    /** Users of whom something is remembered. */
    int size() {
        return byUser.size();
    }

    void enter(String user, int limit, Consumer<Boolean> answer) {
        UserShare share = byUser.computeIfAbsent(user, UserShare::new);
        if (share.count >= limit) {
            answer.accept(false);
            removeIfOver(share);
            return;
        }
        share.await(limit, answer);
        waiting++;
        if (!share.busy) {
            ask(share);
        }
    }

    void leave(String user) {
        UserShare share = byUser.get(user);
        if (share != null && share.count > 0) {
            share.count--;
            change(share);
            flushLater();
            removeIfOver(share);
        }
    }

    private void removeIfOver(UserShare share) {
        if (share.isOver()) {
            // Another one may have come in its place.
            byUser.remove(share.user, share);
        }
    }

    /** Asks for all who wait at one time; what came of those before is known by then. */
    private void ask(UserShare share) {
        String under = id;
        int together = share.together();
        share.busy = true;
        if (under == null || waiting > MOST_WAITING) {
            decideAlone(share, together);
            change(share);
            settle(share);
            return;
        }
        Request request = requests.enter(under, share, together, share.limit());
        share.changed = false;
        send(request, (answer, failure) -> {
            int code = RegistryAnswers.code(answer, failure);
            int granted = code == RegistryAnswers.DONE ? RegistryAnswers.count(answer) : RegistryAnswers.FAILED;
            if (granted >= 0) {
                answer(share, together, granted);
            } else {
                decideAlone(share, together);
                // What became of it there is not known.
                change(share);
            }
            if (code == RegistryAnswers.GONE) {
                missed.accept(under);
            }
            settle(share);
            if (granted >= 0) {
                flushLater();
            }
        });
    }

    /** All requests may be repeated, as they say whole counts. */
    private void send(Request request, Item.Answer answer) {
        redis.accept(new Item(request, Item.Kind.READ, 1, answer));
    }

    private void answer(UserShare share, int together, int granted) {
        for (int i = 0; i < together; i++) {
            waiting--;
            share.answer(i < granted);
        }
    }

    private void decideAlone(UserShare share, int together) {
        for (int i = 0; i < together; i++) {
            waiting--;
            boolean granted = share.count < share.limit();
            if (granted) {
                countedLocally.run();
            }
            share.answer(granted);
        }
    }

    /** It is not busy any more: what came meanwhile. */
    private void settle(UserShare share) {
        share.busy = false;
        if (share.isAwaited()) {
            ask(share);
        } else if (share.changed) {
            changed.add(share);
        } else {
            removeIfOver(share);
        }
    }

    /** Redis has to be told. Without a lease it need not: under the next one all is said. */
    private void change(UserShare share) {
        if (id != null && !share.changed) {
            share.changed = true;
            changed.add(share);
        }
    }

    /** With whatever else changes in this turn of the loop. */
    private void flushLater() {
        if (!flushing && !changed.isEmpty()) {
            flushing = true;
            later.accept(() -> {
                flushing = false;
                flush();
            });
        }
    }

    /** Each of those once: what fails at once is put behind them. */
    private void flush() {
        String under = id;
        List<UserShare> batch = new ArrayList<>();
        for (int left = changed.size(); under != null && left > 0 && writing < MOST_WRITES; left--) {
            UserShare next = changed.remove();
            // One that is busy comes back when it is not.
            if (next.changed && !next.busy) {
                next.changed = false;
                next.busy = true;
                batch.add(next);
            }
            if (batch.size() == BATCH) {
                write(under, batch);
                batch = new ArrayList<>();
            }
        }
        if (under != null && !batch.isEmpty()) {
            write(under, batch);
        }
    }

    private void write(String under, List<UserShare> batch) {
        writing++;
        send(requests.say(under, batch), (answer, failure) -> {
            writing--;
            int code = RegistryAnswers.code(answer, failure);
            boolean done = code == RegistryAnswers.DONE;
            if (code == RegistryAnswers.GONE) {
                missed.accept(under);
            }
            for (UserShare share : batch) {
                if (!done) {
                    change(share);
                }
                settle(share);
            }
            // After a failure the next tick tries again, no sooner.
            if (done) {
                flushLater();
            }
        });
    }

    /**
     * Says again what is due, and what could not be said before.
     *
     * @param now milliseconds of a monotonic clock
     */
    void tick(long now) {
        due += (now - lastTick) * byUser.size();
        lastTick = now;
        long inRound = due / ROUND_MILLIS;
        due -= inRound * ROUND_MILLIS;
        if (id != null && changed.size() < HASTE) {
            renew((int) Math.min(HASTE, Math.max(owed, inRound)));
            flush();
        }
    }

    private void renew(int most) {
        List<UserShare> oldest = byUser.values().stream().limit(most).toList();
        owed = Math.max(0, owed - most);
        for (UserShare share : oldest) {
            byUser.remove(share.user);
            byUser.put(share.user, share);
            change(share);
        }
    }
}
