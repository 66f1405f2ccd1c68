package dev.millipede.backplane.redis;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds what is under way to Redis, from the call until nothing is held for it any more. Safe on any thread. */
final class UnderWay {
    /** Requests; below what the client lets wait on one connection. */
    static final int MAX_COUNT = 16_384;

    /** Bytes of envelopes. */
    static final long MAX_BYTES = 64 << 20;

    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /** False when there is no room; then nothing is to be left. */
    boolean enter(int size) {
        int counted = count.incrementAndGet();
        if (bytes.addAndGet(size) > MAX_BYTES || counted > MAX_COUNT) {
            leave(size);
            return false;
        }
        return true;
    }

    void leave(int size) {
        count.decrementAndGet();
        bytes.addAndGet(-size);
    }
}
