package dev.millipede.websocket;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** An event loop whose clock moves only when told, and which remembers the longest that one task has held it. */
final class FakeLoop implements Turns, LongSupplier {
    /** The clock, in nanoseconds. */
    long now = 1_000_000_000L;

    /** The longest a task has held the loop since this was last set to 0, in nanoseconds. */
    long longest;

    /** By how much a look at the clock moves it, in nanoseconds. */
    long nanosPerLook;

    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final ArrayDeque<Runnable> afterIo = new ArrayDeque<>();

    @Override
    public long getAsLong() {
        now += nanosPerLook;
        return now;
    }

    @Override
    public void soon(Runnable task) {
        soon.add(task);
    }

    @Override
    public void afterIo(Runnable task) {
        afterIo.add(task);
    }

    /** Runs the next task; false when there is none. */
    boolean next() {
        if (soon.isEmpty()) {
            look();
        }
        @Nullable Runnable task = soon.poll();
        if (task == null) {
            return false;
        }
        long start = now;
        task.run();
        longest = Math.max(longest, now - start);
        return true;
    }

    /** One turn of the loop: after the sockets all that is due, and what that makes due before the next look at them. */
    void turn() {
        look();
        while (!soon.isEmpty()) {
            next();
        }
    }

    private void look() {
        soon.addAll(afterIo);
        afterIo.clear();
    }

    /** Runs all tasks and those they lead to, and returns how many turns that took. */
    int settle() {
        int turns = 0;
        while (!soon.isEmpty() || !afterIo.isEmpty()) {
            turn();
            turns++;
        }
        return turns;
    }
}
