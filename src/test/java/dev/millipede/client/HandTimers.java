package dev.millipede.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time that stands still until the test moves it. Safe on any thread; tasks run on the loop. */
final class HandTimers implements Timers {
    private final ClientLoop loop;
    private final List<Task> tasks = new ArrayList<>();
    private long nanos;

    private record Task(long due, Runnable body) {}

    HandTimers(ClientLoop loop) {
        this.loop = loop;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Runnable after(long millis, Runnable body) {
        Task task = new Task(nanos + TimeUnit.MILLISECONDS.toNanos(millis), body);
        tasks.add(task);
        return () -> cancel(task);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    /** Milliseconds from now until the earliest task; -1 when there is none. */
    synchronized long untilNext() {
        return tasks.stream().mapToLong(Task::due).min().stream()
                .map(due -> TimeUnit.NANOSECONDS.toMillis(due - nanos))
                .findFirst()
                .orElse(-1);
    }

    /** Moves on by so many milliseconds; what is due runs soon. */
    synchronized void advance(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
        List<Task> due = tasks.stream()
                .filter(task -> task.due <= nanos)
                .sorted(Comparator.comparingLong(Task::due))
                .toList();
        tasks.removeAll(due);
        due.forEach(task -> loop.run(task.body));
    }
}
