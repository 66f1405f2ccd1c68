package dev.millipede;

import dev.millipede.websocket.Slots;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of a node against its limit. */
final class NodeSlots implements Slots {
    private volatile int limit;
    private final boolean refuses;
    private final AtomicInteger taken = new AtomicInteger();

    /**
     * @param refuses whether none is given beyond the limit; false where {@link PublicListeners} accept no more than that,
     *     as they hear a moment earlier that somebody has left
     */
    NodeSlots(int limit, boolean refuses) {
        this.limit = limit;
        this.refuses = refuses;
    }

    int limit() {
        return limit;
    }

    /** From now on as many; of more that there are nobody has to go. */
    void limit(int next) {
        limit = next;
    }

    @Override
    public boolean take() {
        if (taken.incrementAndGet() <= limit || !refuses) {
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
