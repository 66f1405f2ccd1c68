package dev.millipede.backplane.redis;

import static java.net.StandardProtocolFamily.UNIX;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Published;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.backplane.SentinelConfig;
import dev.millipede.backplane.Skipped;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.RedisProcess;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What only this broker has to be seen to: its answers come from another loop than the caller's, and what becomes of that loop. */
@ExtendWith(LogErrors.class)
final class RedisBrokerIT {
    private static final long SECONDS = 10;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final RedisProcess redis = RedisProcess.start();
    private final Context router = loop();
    private final Losses listener = new Losses();
    private final RedisBackplane backplane = new RedisBackplane(
            vertx,
            new RedisConfig(redis.unixUri(), null, null, "", null, SentinelConfig.DEFAULTS),
            Namespaces.DEFAULTS,
            PlainMessage::ofText,
            new Registration("node", false, () -> {}));

    private static final class Losses implements Broker.Listener {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void publication(Publication publication) {}

        @Override
        public @Nullable Position known(Channel channel) {
            return null;
        }

        @Override
        public void skipped(Skipped why) {
            throw new AssertionError(why);
        }

        @Override
        public void lost() {
            count.incrementAndGet();
        }

        @Override
        public Future<Void> restore() {
            return Future.succeededFuture();
        }
    }

    @BeforeEach
    void listen() {
        router.runOnContext(on -> backplane.broker().listen(listener));
        Eventually.until(backplane::isReady, ready -> ready);
    }

    @AfterEach
    void close() {
        await(backplane.close());
        await(vertx.close());
        redis.close();
    }

    private Context loop() {
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static Publication publication(String json) {
        Channel room = Objects.requireNonNull(Channel.of("room:a", Namespaces.DEFAULTS));
        return new Publication(room, Payload.ofValidated(json.getBytes(UTF_8)), null);
    }

    @Test
    void anAnswerDoesNotOvertakeAnotherOnItsWayToTheCaller() {
        Broker broker = backplane.broker();
        CompletableFuture<Boolean> early = new CompletableFuture<>();
        CompletableFuture<Boolean> onTheLoop = new CompletableFuture<>();
        Context caller = loop();
        caller.runOnContext(on -> {
            Future<Published> first = broker.publish(publication("1"));
            // Asked later and by a thread without a loop: when this one is answered, so was the first.
            CompletableFuture.supplyAsync(() -> await(broker.publish(publication("2"))))
                    .join();
            early.complete(first.isComplete());
            first.onComplete(done -> onTheLoop.complete(Vertx.currentContext() == caller));
        });

        assertThat(early.orTimeout(SECONDS, TimeUnit.SECONDS).join())
                .as("known while the caller's loop was busy")
                .isFalse();
        assertThat(onTheLoop.orTimeout(SECONDS, TimeUnit.SECONDS).join()).isTrue();
    }

    /** What was written waits in its socket unread, which is why the connection is not closed but reset. */
    @Test
    void aRedisThatDiesWithoutHavingReadEverythingIsLostOnce() {
        redis.pause();
        List<Future<Published>> accepted = onRouter(() -> List.of(publish("1"), publish("2")));
        onRouter(() -> "written by now");
        redis.kill();

        assertLostOnce(accepted);
    }

    /** Its loop learns that Redis is gone from a write, and only afterwards that the connection is closed. */
    @Test
    void aRedisThatIsFoundToBeDeadByAWriteIsLostOnce() {
        List<Future<Published>> accepted = onRouter(() -> {
            redis.kill();
            return List.of(publish("1"), publish("2"));
        });

        assertLostOnce(accepted);
    }

    /** A failed attempt like any other: told in one line, and tried again. */
    @Test
    void aRedisThatDiesWhileItIsGreetedIsTriedAgain() throws IOException {
        redis.kill();
        try (ServerSocketChannel dying = ServerSocketChannel.open(UNIX)) {
            dying.bind(redis.address());
            reset(dying.accept());
            reset(dying.accept());
        }
        redis.restart();

        Eventually.until(backplane::isReady, ready -> ready);
        assertThat(listener.count).hasValue(1);
    }

    /** Closing what has not been read to the end resets the connection. */
    private static void reset(SocketChannel connection) throws IOException {
        try (connection) {
            connection.read(ByteBuffer.allocate(1));
        }
    }

    private Future<Published> publish(String json) {
        return backplane.broker().publish(publication(json));
    }

    private <T> T onRouter(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        router.runOnContext(on -> result.complete(task.get()));
        return result.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    private void assertLostOnce(List<Future<Published>> accepted) {
        Eventually.until(() -> accepted.stream().allMatch(Future::failed), failed -> failed);
        Eventually.until(backplane::isReady, ready -> !ready);
        redis.restart();
        Eventually.until(backplane::isReady, ready -> ready);
        await(publish("3"));
        assertThat(listener.count).hasValue(1);
    }
}
