package dev.millipede.backplane;

import dev.millipede.backplane.memory.MemoryBackplane;
import dev.millipede.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

class MemoryBackplaneTest extends HistoryContract {
    private final AtomicLong clock = new AtomicLong();

    @Override
    protected Future<Backplane> open(Vertx vertx) {
        return Future.succeededFuture(new MemoryBackplane(clock::get, InstantSource.system(), new Random(1)));
    }

    @Override
    protected void untilHistoryExpires(Channel channel) {
        clock.addAndGet(channel.namespace().history().ttl().toMillis());
    }

    @Override
    protected void untilPositionExpires(Channel channel) {
        clock.addAndGet(channel.namespace().history().metaTtl().toMillis());
    }
}
