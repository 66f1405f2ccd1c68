package dev.millipede.backplane.memory;

import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.Broker;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** A backplane within this JVM: what is published reaches the node's own router, in order; history ends with the process. */
public final class MemoryBackplane implements Backplane {
    private final MemoryBroker broker;

    /** With the clock of the machine. */
    public MemoryBackplane() {
        this(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), new SecureRandom());
    }

    /**
     * With a clock of the caller's.
     *
     * @param clock milliseconds, never going back; asked on the event loop of the router
     * @param random for the names of streams; asked there too
     */
    public MemoryBackplane(LongSupplier clock, RandomGenerator random) {
        this.broker = new MemoryBroker(new Streams(clock, random));
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
