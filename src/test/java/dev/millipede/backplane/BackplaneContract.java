package dev.millipede.backplane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Publication;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What every backplane keeps. */
abstract class BackplaneContract extends BackplaneFixture {
    @Test
    void anOpenBackplaneIsReady() {
        assertThat(backplane().isReady()).isTrue();
    }

    @Test
    void whatIsPublishedAfterTheSubscriptionIsConfirmedArrives() {
        Channel room = channel("a");
        subscribe(room);
        publish(room, "{\"n\":12345678901234567890}");

        Publication got = next();
        assertThat(got.channel()).isEqualTo(room);
        assertThat(got.data()).hasToString("{\"n\":12345678901234567890}");
        assertThat(got.info()).isNull();
    }

    @Test
    void whoPublishedArrivesToo() {
        Channel room = channel("a");
        subscribe(room);
        Payload info = Payload.ofValidated("{\"name\":\"Ann\"}".getBytes(UTF_8));
        ClientInfo ann = new ClientInfo("ann", "id-1", info);
        await(broker().publish(new Publication(room, publication(room, "1").data(), ann)));

        ClientInfo got = Objects.requireNonNull(next().info());
        assertThat(got.user()).isEqualTo("ann");
        assertThat(got.client()).isEqualTo("id-1");
        assertThat(got.connInfo()).hasToString("{\"name\":\"Ann\"}");
    }

    @Test
    void theListenerIsCalledOnTheEventLoopItListenedOn() {
        Channel room = channel("a");
        subscribe(room);
        publish(room, "1");

        Context context = Objects.requireNonNull(nextHeard().context());
        assertThat(context.threadingModel()).isEqualTo(ThreadingModel.EVENT_LOOP);
        assertThat(((ContextInternal) context).nettyEventLoop()).isSameAs(((ContextInternal) loop()).nettyEventLoop());
    }

    @Test
    void publicationsOfOnePublisherToOneChannelKeepTheirOrder() {
        Channel room = channel("a");
        subscribe(room);
        List<Future<Published>> accepted = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            accepted.add(broker().publish(publication(room, Integer.toString(i))));
        }
        await(Future.all(accepted));

        for (int i = 0; i < 1_000; i++) {
            assertThat(next().data()).hasToString(Integer.toString(i));
        }
    }

    @Test
    void anyThreadMayPublishAndEachKeepsItsOrder() throws InterruptedException {
        Channel room = channel("a");
        subscribe(room);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int publisher = i;
            threads.add(new Thread(() -> {
                for (int n = 0; n < 100; n++) {
                    publish(room, "[" + publisher + "," + n + "]");
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        int[] expected = new int[4];
        for (int i = 0; i < 400; i++) {
            String[] got = next().data().toString().replaceAll("[\\[\\]]", "").split(",", -1);
            assertThat(Integer.parseInt(got[1])).isEqualTo(expected[Integer.parseInt(got[0])]++);
        }
    }

    @Test
    void aPublicationArrivesOnceThoughTheChannelWasSubscribedTwice() {
        Channel room = channel("a");
        subscribe(room);
        subscribe(room);
        publish(room, "1");
        publish(room, "2");

        assertThat(next().data()).hasToString("1");
        assertThat(next().data()).hasToString("2");
    }

    @Test
    void aChannelSubscribedToAgainAfterItsEndIsHeardAgain() {
        Channel room = channel("a");
        subscribe(room);
        unsubscribe(room);
        subscribe(room);
        publish(room, "1");

        assertThat(next().data()).hasToString("1");
    }

    @Test
    void theEndOfOneSubscriptionLeavesTheOthers() {
        Channel room = channel("a");
        Channel other = channel("b");
        subscribe(room);
        subscribe(other);
        unsubscribe(room);
        publish(other, "1");

        assertThat(next().channel()).isEqualTo(other);
    }

    @Test
    void theEndOfASubscriptionThatNeverWasDoesNoHarm() {
        Channel room = channel("a");
        unsubscribe(channel("b"));
        subscribe(room);
        publish(room, "1");

        assertThat(next().data()).hasToString("1");
    }

    @Test
    void whatNobodySubscribedToIsAcceptedAllTheSame() {
        publish(channel("a"), "1");
    }
}
