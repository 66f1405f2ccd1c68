package dev.millipede.client;

import java.util.concurrent.TimeUnit;

/** Notices that nothing has come for too long, with one timer however much comes. Confined to the client's event loop. */
final class Silence {
    private final Timers timers;
    private final Runnable tooLong;
    private long allowedNanos;
    private long heardAt;
    private Runnable cancel = () -> {};

    Silence(Timers timers, Runnable tooLong) {
        this.timers = timers;
        this.tooLong = tooLong;
    }

    /** From now on so many milliseconds of silence are allowed, {@link Long#MAX_VALUE} = any. */
    void allow(long millis) {
        stop();
        heard();
        if (millis < Long.MAX_VALUE) {
            allowedNanos = TimeUnit.MILLISECONDS.toNanos(millis);
            cancel = timers.after(millis, this::check);
        }
    }

    void heard() {
        heardAt = timers.nanoTime();
    }

    void stop() {
        cancel.run();
        cancel = () -> {};
    }

    private void check() {
        long left = allowedNanos - (timers.nanoTime() - heardAt);
        if (left <= 0) {
            tooLong.run();
        } else {
            cancel = timers.after(TimeUnit.NANOSECONDS.toMillis(left) + 1, this::check);
        }
    }
}
