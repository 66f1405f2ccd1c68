package dev.millipede.backplane;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Publication;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.support.Ear;
import dev.millipede.support.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A backplane that is listened to, before each test of a contract. */
abstract class BackplaneFixture {
    private static final long SECONDS = 10;

    /** {@code room} keeps nothing; {@code kept} 10 publications; {@code wide} 1,000; the others for short times. */
    protected static final Namespaces NAMESPACES = new Namespaces(List.of(
            namespace("room", HistoryRules.NONE),
            namespace("kept", rules(10, Duration.ofMinutes(10), Duration.ofHours(1))),
            namespace("wide", rules(1_000, Duration.ofMinutes(10), Duration.ofHours(1))),
            namespace("brief", rules(10, Duration.ofMillis(300), Duration.ofHours(1))),
            namespace("fleeting", rules(10, Duration.ofMillis(200), Duration.ofMillis(400)))));

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private @Nullable Backplane backplane;

    record Heard(Publication publication, @Nullable Context context) {}

    private static Namespace namespace(String name, HistoryRules history) {
        return new Namespace(name, SubscribeRule.AUTHENTICATED, PublishRule.SUBSCRIBER, false, history);
    }

    private static HistoryRules rules(int size, Duration ttl, Duration metaTtl) {
        return new HistoryRules(size, ttl, metaTtl, PublishRule.SUBSCRIBER, RecoveryMode.STREAM);
    }

    /** Opens a backplane with {@link #NAMESPACES} that has seen nothing yet and is ready soon after it is listened to. */
    protected abstract Future<Backplane> open(Vertx vertx);

    /** Waits, or lets the time pass, until the publications of a channel have expired, without asking the backplane. */
    protected abstract void untilHistoryExpires(Channel channel);

    /** The same for its position. */
    protected abstract void untilPositionExpires(Channel channel);

    @BeforeEach
    void openAndListen() {
        backplane = await(open(vertx));
        onLoop(() -> {
            broker().listen(new Ear(publication -> heard.add(new Heard(publication, Vertx.currentContext()))));
            return Future.succeededFuture();
        });
        Eventually.until(() -> backplane().isReady(), ready -> ready);
    }

    @AfterEach
    void close() {
        await(backplane().close());
        await(vertx.close());
    }

    final Backplane backplane() {
        return Objects.requireNonNull(backplane);
    }

    final Broker broker() {
        return backplane().broker();
    }

    final Context loop() {
        return loop;
    }

    final Vertx vertx() {
        return vertx;
    }

    /** A channel of no other test, should the backplane outlive them; without history. */
    static Channel channel(String name) {
        return channel("room", name);
    }

    static Channel channel(String namespace, String name) {
        return Objects.requireNonNull(Channel.of(namespace + ':' + name + '-' + System.nanoTime(), NAMESPACES));
    }

    static Publication publication(Channel channel, String json) {
        return new Publication(channel, Payload.ofValidated(json.getBytes(UTF_8)), null);
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Calls the broker on the listener's event loop and waits for the answer. */
    final <T> T onLoop(Callable<Future<T>> call) {
        Promise<T> answer = Promise.promise();
        loop.runOnContext(ignored -> {
            try {
                call.call().onComplete(answer);
            } catch (Exception e) {
                answer.fail(e);
            }
        });
        return await(answer.future());
    }

    final void subscribe(Channel channel) {
        onLoop(() -> broker().subscribe(channel));
    }

    final void unsubscribe(Channel channel) {
        onLoop(() -> {
            broker().unsubscribe(channel);
            return Future.succeededFuture();
        });
    }

    final Published publish(Channel channel, String json) {
        return await(broker().publish(publication(channel, json)));
    }

    /** Publishes 1 to n. */
    final void publishUpTo(Channel channel, int n) {
        List<Future<Published>> accepted = new ArrayList<>();
        for (int i = 1; i <= n; i++) {
            accepted.add(broker().publish(publication(channel, Integer.toString(i))));
        }
        await(Future.all(accepted));
    }

    final HistoryPage history(Channel channel, HistoryQuery query) {
        return await(broker().history(channel, query));
    }

    final Publication next() {
        return nextHeard().publication();
    }

    final Heard nextHeard() {
        try {
            return Objects.requireNonNull(heard.poll(SECONDS, TimeUnit.SECONDS), "nothing came");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
