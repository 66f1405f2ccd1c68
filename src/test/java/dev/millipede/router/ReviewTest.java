package dev.millipede.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Publication;
import dev.millipede.router.HandFedBroker.Read;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a review found in streams; each of these was red when it was written. */
class ReviewTest extends StreamFixture {
    /** 5,000 who come back cost at most 50 reads, also those of an epoch that is over. */
    @Test
    void whoComesBackWithAnEpochThatIsOverSharesReadsToo() {
        listening(7, 0);
        int before = broker.read;
        for (int i = 0; i < 500; i++) {
            now += 2;
            recover(0, i + 1, "gone", 5);
            if (!broker.reads.isEmpty()) {
                broker.answer(at("e", 7));
            }
            if (i % 50 == 49) {
                streams.tick();
            }
        }
        later(200);
        while (!broker.reads.isEmpty()) {
            broker.answer(at("e", 7));
        }
        assertThat(told(0)).hasSize(500);
        assertThat(broker.read - before).isLessThanOrEqualTo(20);
    }

    /** A hole in what is kept, for example an entry that no node can read, is lost; who asks is told so. */
    @Test
    void aHoleInWhatIsKeptIsAnsweredAndNotReadForEver() {
        listening(10, 0);
        recover(0, 5, "e", 6);
        int before = broker.read;
        for (int i = 0; i < 29; i++) {
            if (!broker.reads.isEmpty()) {
                broker.answer(at("e", 10), publication(7), publication(9), publication(10));
            }
            later(100);
        }
        assertThat(told(0)).containsExactly("not recovered e:10 []");
        assertThat(broker.read - before).isLessThan(3);
    }

    @Test
    void aHoleRightBeforeWhatIsAtHandIsAnsweredToo() {
        listening(10, 0);
        recover(0, 5, "e", 6);
        recover(0, 6, "e", 8);
        broker.answer(at("e", 10), publications(7, 8));

        assertThat(told(0)).containsExactly("not recovered e:10 []", "not recovered e:10 []");
    }

    @Test
    void whoIsAboveAHoleIsRecovered() {
        listening(10, 0);
        recover(0, 5, "e", 6);
        recover(0, 6, "e", 8);
        broker.answer(at("e", 10), publication(7), publication(9), publication(10));

        assertThat(told(0)).containsExactly("not recovered e:10 []", "recovered e:10 [9, 10]");
    }

    /** What cannot be encoded leaves the stream where it is, and is tried again. */
    @Test
    @SuppressWarnings("NullAway")
    void whatIsThrownLeavesNothingHalfDone() {
        listening(7, 0);
        Publication broken = new Publication(
                channel, publication(8).data(), null, at("e", 8), Collections.singletonMap("tag", null));
        live(9);
        Promise<HistoryPage> answer = broker.reads.remove(0).answer();
        assertThatThrownBy(() -> answer.complete(new HistoryPage(at("e", 9), List.of(broken, publication(9)))))
                .isInstanceOf(NullPointerException.class);
        assertThat(stream().position()).isEqualTo(at("e", 7));
        later(100);
        broker.answer(at("e", 9), publications(8, 9));

        assertThat(told(0)).containsExactly("8", "9");
    }

    /** One publication that is longer than the whole budget must not end the channel for an instance. */
    @Test
    void whatNeverFitsTheBudgetDoesNotSilenceTheChannel() {
        listening(7, 0);
        Payload huge = Payload.ofValidated(("\"" + "x".repeat(BUDGET) + "\"").getBytes(UTF_8));
        Publication eight = new Publication(channel, huge, null, at("e", 8), Map.of());
        live(eight);
        for (int i = 0; i < 100; i++) {
            live(9L + i);
            later(1_000);
            while (!broker.reads.isEmpty()) {
                broker.answer(at("e", 9 + i), publicationsFrom(eight, 9 + i));
            }
        }
        assertThat(told(0)).isNotEmpty();
    }

    private Publication[] publicationsFrom(Publication eight, int top) {
        List<Publication> all = new ArrayList<>(List.of(eight));
        all.addAll(List.of(publications(9, Math.min(top, 8 + Lag.PAGE - 1))));
        return all.toArray(Publication[]::new);
    }

    /** Instances that lag in many channels are served as fast as reads are answered, not by the tick. */
    @Test
    void manyChannelsThatLagAreReadOneAfterTheOther() {
        int count = 1_000;
        List<Stream> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Channel each = channel("log:" + i);
            upstream.want(each, 0, 1);
            broker.confirm();
            broker.answer(at("e", 7));
            all.add(Objects.requireNonNull(Objects.requireNonNull(table.get(each)).stream));
        }
        budget.take(0, BUDGET);
        for (Stream each : all) {
            channel = each.route.channel;
            live(8);
            each.dropRecent();
        }
        budget.giveBack(0, BUDGET);
        told.clear();
        int ticks = 0;
        while (told.getOrDefault(0, List.of()).size() < count && ticks < 1_000) {
            later(100);
            ticks++;
            while (!broker.reads.isEmpty()) {
                Read read = broker.reads.get(0);
                channel = read.channel();
                broker.answer(at("e", 8), publication(8));
            }
        }
        assertThat(ticks).isLessThan(5);
    }

    /** A channel about which nothing is in doubt any more, and for which nobody waits, reads no more. */
    @Test
    void nobodyWaitsSoNothingIsTriedAgain() {
        listening(7, 0);
        recover(0, 5, "gone", 5);
        for (int i = 0; i < 40; i++) {
            if (!broker.reads.isEmpty()) {
                broker.failRead();
            }
            later(100);
        }
        assertThat(told(0)).containsExactly("refused");
        int before = broker.read;
        for (int i = 0; i < 100; i++) {
            if (!broker.reads.isEmpty()) {
                broker.failRead();
            }
            later(100);
        }
        assertThat(broker.read - before).isZero();
    }
}
