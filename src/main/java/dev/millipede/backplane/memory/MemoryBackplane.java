package dev.millipede.backplane.memory;

import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.Broker;
import io.vertx.core.Future;

/** A backplane within this JVM: what is published reaches the node's own router, in order. */
public final class MemoryBackplane implements Backplane {
    private final MemoryBroker broker = new MemoryBroker();

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
