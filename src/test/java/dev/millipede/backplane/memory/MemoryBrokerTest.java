package dev.millipede.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Publication;
import dev.millipede.support.Ear;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBrokerTest {
    private static final int MIB = 1 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private final MemoryBroker broker = new MemoryBroker(new Streams(() -> 0, new Random(1)));
    private final List<Publication> heard = new ArrayList<>();
    private final Channel room = Objects.requireNonNull(Channel.of("room:a", Namespaces.DEFAULTS));

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private static void await(Future<Void> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    /** Runs on the loop, after everything queued there, and waits for it. */
    private void onLoop(Runnable task) {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(ignored -> {
            task.run();
            done.complete();
        });
        await(done.future());
    }

    private Publication publication(int payload) {
        return new Publication(room, Payload.ofValidated(new byte[payload]), null);
    }

    @Test
    void whileNoRouterListensAPublicationIsNotAccepted() {
        Future<Published> accepted = broker.publish(publication(1));

        assertThat(accepted.failed()).isTrue();
        assertThat(accepted.cause()).hasMessage("no router listens");
    }

    @Test
    void aPublicationPastTheBoundOfTheQueueFailsAndTheOthersArrive() throws InterruptedException {
        onLoop(() -> broker.listen(new Ear(heard::add)));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        loop.runOnContext(ignored -> {
            held.countDown();
            awaitUninterrupted(go);
        });
        held.await();
        Publication large = publication(MIB);
        int fit = (int) (MemoryBroker.QUEUE_BYTES / MIB) - 1;
        for (int i = 0; i < fit; i++) {
            assertThat(broker.publish(large).succeeded()).isTrue();
        }
        Future<Published> oneMore = broker.publish(large);
        assertThat(oneMore.failed()).isTrue();
        assertThat(oneMore.cause()).hasMessage("the router is behind");
        assertThat(broker.publish(publication(1)).succeeded())
                .as("what is refused takes no room")
                .isTrue();

        go.countDown();
        onLoop(() -> assertThat(heard).hasSize(fit + 1));
        assertThat(broker.publish(large).succeeded())
                .as("what has been taken leaves room")
                .isTrue();
        onLoop(() -> assertThat(heard).hasSize(fit + 2));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsPublishedOnTheLoopItselfIsHeardInALaterTurn() {
        onLoop(() -> {
            broker.listen(new Ear(heard::add));
            assertThat(broker.publish(publication(1)).succeeded()).isTrue();
            assertThat(heard).isEmpty();
        });
        onLoop(() -> assertThat(heard).hasSize(1));
    }
}
