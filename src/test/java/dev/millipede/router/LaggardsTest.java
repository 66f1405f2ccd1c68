package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Since;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Instances that cannot take all of a channel get the rest later, in order, and no other instance waits for them. */
class LaggardsTest extends StreamFixture {
    private static final int ALMOST_ALL = BUDGET - 10;

    private static List<String> words(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    private void room(int instance, long bytes) {
        budget.giveBack(instance, bytes);
        streams.catchingUp.goOn(instance);
    }

    @Test
    void whatTheBudgetDoesNotTakeIsSentWhenThereIsRoomAgain() {
        listening(7, 0, 1);
        budget.take(0, ALMOST_ALL);
        live(8, 9, 10);
        assertThat(told(0)).isEmpty();
        assertThat(told(1)).containsExactly("8", "9", "10");

        room(0, ALMOST_ALL);
        assertThat(Objects.requireNonNull(broker.reads.get(0).query()).since()).isEqualTo(new Since("e", 7));
        live(11);
        broker.answer(at("e", 10), publications(8, 10));
        live(12);

        assertThat(told(0)).containsExactly("8", "9", "10", "11", "12");
        assertThat(told(1)).containsExactly("11", "12");
    }

    @Test
    void whoSaysToBeBehindGetsTheRestWhenTheyHaveCaughtUp() {
        listening(7, 0, 1);
        stream().behind(0, true);
        live(8, 9);
        room(0, 0);
        later(100);
        assertThat(told(0)).isEmpty();
        assertThat(broker.reads).isEmpty();

        stream().behind(0, false);
        broker.answer(at("e", 9), publications(8, 9));
        live(10);
        assertThat(told(0)).containsExactly("8", "9", "10");
    }

    @Test
    void whoWasBehindAndMissedNothingIsLiveAtOnce() {
        listening(7, 0);
        stream().behind(0, true);
        stream().behind(0, false);
        live(8);

        assertThat(told(0)).containsExactly("8");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void muchIsSentInPagesAndNoMoreThanThereIsRoomFor() {
        listening(0, 0);
        budget.take(0, ALMOST_ALL);
        IntStream.rangeClosed(1, 3 * Lag.PAGE).forEach(offset -> live((long) offset));
        int length = streams.deliveries.encode(publication(1_000)).envelopes().length();
        room(0, 5L * length);
        broker.answer(at("e", 3 * Lag.PAGE), publications(1, Lag.PAGE));
        assertThat(told(0)).hasSizeBetween(5, 6);
        told.clear();

        room(0, ALMOST_ALL - 5L * length);
        while (!broker.reads.isEmpty()) {
            int since = (int) Objects.requireNonNull(
                            Objects.requireNonNull(broker.reads.get(0).query()).since())
                    .offset();
            int last = Math.min(since + Lag.PAGE, 3 * Lag.PAGE);
            broker.answer(at("e", 3 * Lag.PAGE), publications(since + 1, last));
        }
        assertThat(told(0)).endsWith(Integer.toString(3 * Lag.PAGE)).hasSizeBetween(3 * Lag.PAGE - 6, 3 * Lag.PAGE - 5);
        live(3 * Lag.PAGE + 1);
        assertThat(told(0)).containsExactly(Integer.toString(3 * Lag.PAGE + 1));
    }

    @Test
    void whatIsNotKeptAnyMoreIsAPositionLostForThatInstanceAlone() {
        listening(7, 0, 1);
        stream().behind(0, true);
        live(8, 9, 10);
        told.clear();
        stream().behind(0, false);
        broker.answer(at("e", 10), publications(10, 10));
        live(11);

        assertThat(told(0)).containsExactly("lost e:10", "11");
        assertThat(told(1)).containsExactly("11");
    }

    @Test
    void aPositionLostForAllIsOneForThoseWhoLagAndTheyGoOnFromThere() {
        listening(7, 0);
        budget.take(0, ALMOST_ALL);
        live(8);
        live(publication("f", 1));
        broker.answer(at("f", 1));
        assertThat(told(0)).containsExactly("lost f:1");
        live(publication("f", 2));
        assertThat(told(0)).isEmpty();

        room(0, ALMOST_ALL);
        broker.answer(at("f", 2), publication("f", 2));
        assertThat(told(0)).containsExactly("2");
    }

    @Test
    void aReadThatFailsIsTriedAgain() {
        listening(7, 0);
        stream().behind(0, true);
        live(8);
        stream().behind(0, false);
        broker.failRead();
        assertThat(broker.reads).isEmpty();
        later(100);
        broker.answer(at("e", 8), publication(8));

        assertThat(told(0)).containsExactly("8");
    }

    @Test
    void whoLeavesWhileLaggingIsSentNothingMore() {
        listening(7, 0, 1);
        stream().behind(0, true);
        live(8);
        stream().behind(0, false);
        upstream.unwant(channel, 0, 0);
        broker.answer(at("e", 8), publication(8));
        assertThat(told(0)).isEmpty();

        upstream.want(channel, 0, 5);
        live(9);
        assertThat(told(0)).containsExactly("confirmed e:8", "9");
        later(2_000);
        assertThat(Remains.of(streams.catchingUp)).isEmpty();
    }

    @Test
    void whoJoinsAgainWhileLaggingIsConfirmedWhereTheyStand() {
        listening(7, 0);
        stream().behind(0, true);
        live(8, 9);
        upstream.want(channel, 0, 5);

        assertThat(told(0)).containsExactly("confirmed e:7");
    }

    @Test
    void whatIsAtHandForOthersIsNotReadAgain() {
        listening(7, 0, 1);
        recover(1, 1, "e", 6);
        broker.answer(at("e", 7), publication(7));
        stream().behind(0, true);
        live(8, 9);
        stream().behind(0, false);

        assertThat(told(0)).isEqualTo(words(8, 9));
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void soManyReadAtATime() {
        for (int i = 0; i < CatchingUp.WINDOW + 20; i++) {
            channel = channel("log:" + i);
            listening(7, 0);
            stream().behind(0, true);
            live(8);
        }
        for (int i = 0; i < CatchingUp.WINDOW + 20; i++) {
            channel = channel("log:" + i);
            stream().behind(0, false);
        }
        assertThat(broker.reads).hasSize(CatchingUp.WINDOW);

        for (int i = 0; i < CatchingUp.WINDOW + 20; i++) {
            channel = broker.reads.get(0).channel();
            broker.answer(at("e", 8), publication(8));
            later(100);
        }
        assertThat(told(0)).hasSize(CatchingUp.WINDOW + 20);
    }
}
