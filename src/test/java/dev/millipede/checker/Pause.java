package dev.millipede.checker;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Lets time pass where time itself is what is wanted: a fault lasts, load goes on. */
final class Pause {
    private Pause() {}

    static void of(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static void seconds(long seconds) {
        of(Duration.ofSeconds(seconds));
    }
}
