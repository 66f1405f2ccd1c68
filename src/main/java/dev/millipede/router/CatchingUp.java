package dev.millipede.router;

import dev.millipede.channel.HistoryPage;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The order in which instances that lag get what they lack, as their budgets have room, and so many reads at a time.
 * Confined to the router's event loop.
 */
final class CatchingUp {
    /** Reads under way at a time. */
    static final int WINDOW = 64;

    private final Set<Lag> waiting = new LinkedHashSet<>();
    private int reads;

    /** Lags from now on; it gets its turn when something is given back. */
    void add(Lag lag) {
        waiting.add(lag);
    }

    /** It may be able to go on at once. */
    void ready(Lag lag) {
        waiting.add(lag);
        goOn(lag.instance);
    }

    /** An instance has room again. */
    void goOn(int instance) {
        List<Lag> all = waiting.stream().filter(lag -> lag.instance == instance).toList();
        for (Lag lag : all) {
            if (reads >= WINDOW) {
                return;
            }
            waiting.remove(lag);
            if (!lag.goOn()) {
                waiting.add(lag);
                return;
            }
        }
    }

    /** All have another try. */
    void tick() {
        long instances = 0;
        for (Lag lag : waiting) {
            instances |= 1L << lag.instance;
        }
        for (long left = instances; left != 0; left &= left - 1) {
            goOn(Long.numberOfTrailingZeros(left));
        }
    }

    void read(Lag lag, Future<HistoryPage> page) {
        reads++;
        page.onComplete(result -> {
            reads--;
            if (result.failed()) {
                lag.notRead();
                waiting.add(lag);
            } else if (!lag.read(result.result())) {
                waiting.add(lag);
            }
        });
    }
}
