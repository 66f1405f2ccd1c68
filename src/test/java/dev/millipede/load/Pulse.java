package dev.millipede.load;

import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskRouter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Asks the router again and again, and knows its slowest answer: for so long its loop did nothing for anybody. Safe on any thread. */
final class Pulse {
    private static final long PERIOD_MILLIS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Vertx vertx;
    private final LocalBus bus;
    private final AtomicLong longest = new AtomicLong();

    private Pulse(Vertx vertx, LocalBus bus) {
        this.vertx = vertx;
        this.bus = bus;
    }

    /** Begins, on an event loop that does nothing else. */
    static Pulse start(Vertx vertx, LocalBus bus) {
        Pulse pulse = new Pulse(vertx, bus);
        Context own = vertx.getOrCreateContext();
        own.runOnContext(now -> pulse.ask());
        return pulse;
    }

    private void ask() {
        long asked = System.nanoTime();
        bus.ask(LocalBus.ROUTER, new AskRouter(), PATIENCE).onSuccess(answer -> {
            longest.accumulateAndGet(System.nanoTime() - asked, Math::max);
            vertx.setTimer(PERIOD_MILLIS, timer -> ask());
        });
    }

    /** The slowest answer since this was asked last, in milliseconds. */
    long longestMillis() {
        return Math.round(longest.getAndSet(0) / 1e6);
    }
}
