package dev.millipede.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

/** What must hold of each of millions of inputs, and so has to be cheap where it does. */
public final class Held {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What Jazzer's hooks may allocate beside, while they compare what we compare; there are none when seeds are replayed. */
    private static final long HOOKS = Boolean.parseBoolean(System.getProperty("jazzer.hooks", "true")) ? 16L << 20 : 0;

    private Held() {}

    /** Fails with {@code what} unless it holds. */
    public static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** As {@link #that(boolean, String)}, for what is dear to say. */
    public static void that(boolean holds, Supplier<String> what) {
        if (!holds) {
            throw new AssertionError(what.get());
        }
    }

    /**
     * Runs a task that may allocate so many bytes; once more when it took more, as the first time loads classes.
     *
     * @param task to be repeatable
     */
    public static void within(long bytes, Runnable task) {
        if (allocated(task) > bytes + HOOKS) {
            long again = allocated(task);
            that(again <= bytes + HOOKS, () -> again + " bytes allocated, at most " + bytes + " expected");
        }
    }

    private static long allocated(Runnable task) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        task.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
