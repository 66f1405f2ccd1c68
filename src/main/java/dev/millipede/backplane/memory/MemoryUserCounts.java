package dev.millipede.backplane.memory;

import dev.millipede.backplane.UserCounts;
import io.vertx.core.Future;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Counts the connections of one process. Answers at once; safe on any thread. */
final class MemoryUserCounts implements UserCounts {
    /** Users without a connection are not in it. */
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    @Override
    public Future<Boolean> enter(String user, int limit) {
        boolean[] entered = {false};
        counts.compute(user, (same, count) -> {
            int before = count == null ? 0 : count;
            entered[0] = before < limit;
            return entered[0] ? Integer.valueOf(before + 1) : count;
        });
        return Future.succeededFuture(entered[0]);
    }

    @Override
    public void leave(String user) {
        counts.computeIfPresent(user, (same, count) -> oneLess(count));
    }

    private static @Nullable Integer oneLess(int count) {
        return count > 1 ? count - 1 : null;
    }

    /** Users with a connection. */
    int size() {
        return counts.size();
    }
}
