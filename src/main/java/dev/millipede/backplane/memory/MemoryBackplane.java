package dev.millipede.backplane.memory;

import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Revocations;
import dev.millipede.backplane.UserCounts;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** A backplane within this JVM: what is published reaches the node's own router, in order; history ends with the process. */
public final class MemoryBackplane implements Backplane {
    private final MemoryBroker broker;
    private final MemoryUserCounts userCounts = new MemoryUserCounts();
    private final MemoryRevocations revocations;

    /** With the clocks of the machine. */
    public MemoryBackplane() {
        this(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), InstantSource.system(), new SecureRandom());
    }

    /**
     * With clocks of the caller's.
     *
     * @param clock milliseconds, never going back; asked on the event loop of the router, and by who revokes
     * @param wall what tokens are issued by
     * @param random for the names of streams; asked on the event loop of the router
     */
    public MemoryBackplane(LongSupplier clock, InstantSource wall, RandomGenerator random) {
        this.broker = new MemoryBroker(new Streams(clock, random));
        this.revocations = new MemoryRevocations(clock, wall);
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public UserCounts userCounts() {
        return userCounts;
    }

    @Override
    public Revocations revocations() {
        return revocations;
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
