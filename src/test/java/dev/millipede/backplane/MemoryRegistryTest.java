package dev.millipede.backplane;

import dev.millipede.backplane.memory.MemoryBackplane;
import dev.millipede.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

class MemoryRegistryTest extends RegistryContract {
    private final AtomicLong clock = new AtomicLong();

    @Override
    protected Future<Backplane> open(Vertx vertx) {
        return Future.succeededFuture(new MemoryBackplane(clock::get, InstantSource.system(), new Random(1)));
    }

    @Override
    protected void untilExpired(Duration kept, Revocation revocation) {
        clock.addAndGet(kept.toMillis());
    }

    @Override
    protected void untilHistoryExpires(Channel channel) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void untilPositionExpires(Channel channel) {
        throw new UnsupportedOperationException();
    }
}
