package dev.millipede.client;

import java.util.random.RandomGenerator;

/** Delays that grow with each failure, with full jitter, as the SDK computes them. Confined to its client's event loop. */
final class Backoff {
    private static final int MAX_DOUBLINGS = 31;

    private final Settings settings;
    private final RandomGenerator random;
    private int failures;

    Backoff(Settings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /** The next delay in milliseconds. */
    long next() {
        long span = Math.min(settings.maxDelay(), settings.minDelay() << Math.min(failures++, MAX_DOUBLINGS));
        return Math.min(settings.maxDelay(), settings.minDelay() + random.nextLong(span + 1));
    }

    void reset() {
        failures = 0;
    }
}
