package dev.millipede;

import dev.millipede.websocket.Slots;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of a node against its limit. */
final class NodeSlots implements Slots {
    private final int limit;
    private final AtomicInteger taken = new AtomicInteger();

    NodeSlots(int limit) {
        this.limit = limit;
    }

    int limit() {
        return limit;
    }

    @Override
    public boolean take() {
        if (taken.incrementAndGet() <= limit) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    @Override
    public int free() {
        return Math.max(0, limit - taken.get());
    }

    @Override
    public void giveBack() {
        int left = taken.decrementAndGet();
        assert left >= 0 : "given back more than was taken";
    }
}
