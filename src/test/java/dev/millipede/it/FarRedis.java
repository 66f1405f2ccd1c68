package dev.millipede.it;

import dev.millipede.support.RedisProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A way to a Redis that takes a while: what a node says arrives there some milliseconds later, in order, while others talk
 * to the same Redis directly. Close it before the Redis.
 */
final class FarRedis implements AutoCloseable {
    private static final int SECONDS = 10;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final NetClient client = vertx.createNetClient();
    private final SocketAddress target;
    private final int millis;
    private final NetServer server;

    /** @param millis at least 1 */
    FarRedis(RedisProcess redis, int millis) {
        this.target = SocketAddress.domainSocketAddress(redis.unixUri().substring("unix://".length()));
        this.millis = millis;
        this.server = vertx.createNetServer(
                        new NetServerOptions().setHost("127.0.0.1").setPort(0))
                .connectHandler(this::accept);
        await(server.listen());
    }

    private void accept(NetSocket near) {
        List<Buffer> early = new ArrayList<>();
        near.handler(early::add);
        // A node that stops does not wait for its last answers: they come to a closed socket, which resets.
        near.exceptionHandler(reset -> {});
        client.connect(target).onFailure(failure -> near.close()).onSuccess(far -> {
            far.exceptionHandler(reset -> {});
            far.handler(near::write);
            far.closeHandler(closed -> near.close());
            near.closeHandler(closed -> far.close());
            early.forEach(bytes -> later(far, bytes));
            near.handler(bytes -> later(far, bytes));
        });
    }

    /** Timers of one duration run in the order in which they were set. */
    private void later(NetSocket far, Buffer bytes) {
        vertx.setTimer(millis, timer -> far.write(bytes));
    }

    String uri() {
        return "redis://127.0.0.1:" + server.actualPort();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
