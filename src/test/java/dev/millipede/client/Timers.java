package dev.millipede.client;

/** The time of one event loop. */
public interface Timers {
    /** As {@link System#nanoTime()}. */
    long nanoTime();

    /** Runs a task on the loop after so many milliseconds, unless what this returns is run before. */
    Runnable after(long millis, Runnable task);
}
