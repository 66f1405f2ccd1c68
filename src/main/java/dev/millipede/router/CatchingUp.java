package dev.millipede.router;

import dev.millipede.channel.HistoryPage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order in which instances that lag get what they lack, as their budgets have room, and so many reads at a time.
 * Confined to the router's event loop.
 */
final class CatchingUp {
    /** Reads under way at a time. */
    static final int WINDOW = 64;

    /** Who waits for their turn, by instance. */
    private final Map<Integer, Set<Lag>> waiting = new HashMap<>();

    /** Who has another try with the next tick. */
    private final Set<Lag> later = new LinkedHashSet<>();

    private int reads;
    private boolean walking;

    /** What became of somebody's turn. */
    enum Turn {
        /** It has all it lacked, or waits for a read or for its instance. */
        TAKEN,
        /** There is more for it. */
        MORE,
        /** Its instance has no room. */
        NO_ROOM,
        /** It needs something that only time brings. */
        LATER
    }

    /** Lags from now on; it gets its turn when something is given back. */
    void add(Lag lag) {
        waiting.computeIfAbsent(lag.instance, ignored -> new LinkedHashSet<>()).add(lag);
    }

    /** It may be able to go on at once. */
    void ready(Lag lag) {
        add(lag);
        goOn(lag.instance);
    }

    /** An instance has room again. */
    void goOn(int instance) {
        // A read that is answered at once must not begin another walk inside this one.
        if (walking) {
            return;
        }
        walking = true;
        Lag lag = next(instance);
        while (lag != null && settle(lag, lag.goOn())) {
            lag = next(instance);
        }
        walking = false;
    }

    private @Nullable Lag next(int instance) {
        Set<Lag> turns = waiting.get(instance);
        if (turns == null || reads >= WINDOW) {
            return null;
        }
        Iterator<Lag> first = turns.iterator();
        Lag lag = first.next();
        first.remove();
        if (turns.isEmpty()) {
            waiting.remove(instance);
        }
        return lag;
    }

    /** Puts it where it waits; false when its instance can take no more. */
    private boolean settle(Lag lag, Turn turn) {
        switch (turn) {
            case TAKEN -> {}
            case MORE, NO_ROOM -> add(lag);
            case LATER -> later.add(lag);
        }
        return turn != Turn.NO_ROOM;
    }

    /** All have another try. */
    void tick() {
        List<Lag> again = new ArrayList<>(later);
        later.clear();
        again.forEach(this::add);
        for (Integer instance : List.copyOf(waiting.keySet())) {
            goOn(instance);
        }
    }

    void read(Lag lag, Future<HistoryPage> page) {
        reads++;
        page.onComplete(result -> {
            reads--;
            if (settle(lag, result.failed() ? lag.notRead() : lag.take(result.result()))) {
                goOn(lag.instance);
            }
        });
    }
}
