package dev.millipede;

import dev.millipede.websocket.ArrivalRate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket in one word: the moment by which all that were taken would have come, had they come evenly. It lies ahead of
 * now by as much of the bucket as is used up.
 */
final class NodeArrivalRate implements ArrivalRate {
    private final LongSupplier nanoTime;
    private final AtomicLong usedUpTo;

    /** @param nanoTime a monotonic clock in nanoseconds */
    NodeArrivalRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.usedUpTo = new AtomicLong(nanoTime.getAsLong());
    }

    @Override
    public boolean take(int perSecond, int burst) {
        long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long now = nanoTime.getAsLong();
        while (true) {
            long before = usedUpTo.get();
            long after = (before - now > 0 ? before : now) + interval;
            if (after - now > burst * interval) {
                return false;
            }
            if (usedUpTo.compareAndSet(before, after)) {
                return true;
            }
        }
    }
}
