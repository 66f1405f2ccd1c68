package dev.millipede.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what can only be asked for, such as a metric or the descriptors of this process. */
public final class Eventually {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Eventually() {}

    /** Asks until the answer is as wanted, for at most {@link TestClient#DEADLINE_SECONDS}. */
    public static <T> T until(Supplier<T> ask, Predicate<T> wanted) {
        return within(Duration.ofSeconds(TestClient.DEADLINE_SECONDS), ask, wanted);
    }

    /** The same for at most that many seconds; returns how many it took. */
    public static <T> double secondsUntil(long most, Supplier<T> ask, Predicate<T> wanted) {
        long from = System.nanoTime();
        within(Duration.ofSeconds(most), ask, wanted);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from) / 1000.0;
    }

    /** As {@link #until} for what may take longer. */
    public static <T> T within(Duration patience, Supplier<T> ask, Predicate<T> wanted) {
        long deadline = System.nanoTime() + patience.toNanos();
        T answer = ask.get();
        while (!wanted.test(answer)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("still " + answer);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            answer = ask.get();
        }
        return answer;
    }
}
