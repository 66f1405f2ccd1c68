package dev.millipede.auth;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The threads {@code token-0} and so on, at most four, that verify what takes too long for an event loop, and the count of
 * all tokens under way. Safe on any thread. Started when they are first needed.
 */
final class TokenThreads {
    /** Tokens that wait for a thread, for a verification or for keys. */
    static final int MAX_UNDER_WAY = 4096;

    private static final int MAX_THREADS = 4;

    private final AtomicInteger underWay = new AtomicInteger();
    private final ThreadLocal<SignatureCheck> checks = ThreadLocal.withInitial(SignatureCheck::new);
    private final ExecutorService threads = Executors.newFixedThreadPool(
            Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()), named());

    private static ThreadFactory named() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "token-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Takes one of the places for tokens under way; {@link #leave} gives it back. False where there is none. */
    boolean enter() {
        if (underWay.incrementAndGet() <= MAX_UNDER_WAY) {
            return true;
        }
        underWay.decrementAndGet();
        return false;
    }

    void leave() {
        underWay.decrementAndGet();
    }

    int underWay() {
        return underWay.get();
    }

    /** Runs a task with the keys of one of the threads. False once closed, and where no thread can be started. */
    boolean run(Consumer<SignatureCheck> task) {
        try {
            threads.execute(() -> task.accept(checks.get()));
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            return false;
        }
    }

    /** What is under way is finished. */
    void close() {
        threads.shutdown();
    }
}
