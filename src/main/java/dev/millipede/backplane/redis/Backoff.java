package dev.millipede.backplane.redis;

import java.util.random.RandomGenerator;

/** How long to wait before the next attempt: each time about twice as long, never the same on two nodes. */
final class Backoff {
    /** What the first wait is below, in milliseconds. */
    static final int FIRST_MILLIS = 200;

    /** What every wait is below, in milliseconds. */
    static final int LONGEST_MILLIS = 5_000;

    private final RandomGenerator random;
    private int ceiling = FIRST_MILLIS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Milliseconds to wait now, at least 1. */
    long next() {
        int below = ceiling;
        ceiling = Math.min(LONGEST_MILLIS, ceiling * 2);
        // The first wait may be next to none: most losses are over at once. Later ones are at least half their ceiling.
        return below == FIRST_MILLIS ? random.nextInt(1, below) : random.nextInt(below / 2, below);
    }

    /** An attempt has succeeded. */
    void reset() {
        ceiling = FIRST_MILLIS;
    }
}
