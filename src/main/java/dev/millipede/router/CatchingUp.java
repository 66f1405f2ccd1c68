package dev.millipede.router;

import dev.millipede.channel.HistoryPage;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

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

    /** Instances that have somebody waiting and, as far as is known, room; they take turns. */
    private final Set<Integer> open = new LinkedHashSet<>();

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
        open.add(instance);
        walk();
    }

    /** Gives turns for as long as anybody can take one. */
    private void walk() {
        // A read that is answered at once must not begin another walk inside this one.
        if (walking) {
            return;
        }
        walking = true;
        try {
            while (reads < WINDOW && !open.isEmpty()) {
                int instance = takeFirst(open);
                Set<Lag> turns = waiting.get(instance);
                if (turns != null) {
                    open.add(instance);
                    turn(instance, turns);
                }
            }
        } finally {
            walking = false;
        }
    }

    private void turn(int instance, Set<Lag> turns) {
        Lag lag = takeFirst(turns);
        if (turns.isEmpty()) {
            waiting.remove(instance);
        }
        Turn turn = Turn.LATER;
        try {
            turn = lag.goOn();
        } finally {
            settle(lag, turn);
        }
    }

    private static <T> T takeFirst(Set<T> set) {
        Iterator<T> first = set.iterator();
        T taken = first.next();
        first.remove();
        return taken;
    }

    /** Puts it where it waits. */
    private void settle(Lag lag, Turn turn) {
        switch (turn) {
            case TAKEN -> {}
            case MORE -> add(lag);
            case NO_ROOM -> {
                add(lag);
                open.remove(lag.instance);
            }
            case LATER -> later.add(lag);
        }
    }

    /** All have another try. */
    void tick() {
        later.forEach(this::add);
        later.clear();
        open.addAll(waiting.keySet());
        walk();
    }

    void read(Lag lag, Future<HistoryPage> page) {
        reads++;
        page.onComplete(result -> {
            reads--;
            open.add(lag.instance);
            Turn turn = Turn.LATER;
            try {
                turn = result.failed() ? lag.notRead() : lag.take(result.result());
            } finally {
                settle(lag, turn);
            }
            walk();
        });
    }
}
