package dev.millipede.backplane;

import dev.millipede.backplane.memory.MemoryBackplane;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

class MemoryBackplaneTest extends BackplaneContract {
    @Override
    protected Future<Backplane> open(Vertx vertx) {
        return Future.succeededFuture(new MemoryBackplane());
    }
}
