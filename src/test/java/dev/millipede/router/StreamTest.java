package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The order of one channel: what goes on, what is held, what is read, and when a position is lost. */
class StreamTest extends StreamFixture {
    @Test
    void whoAsksIsConfirmedOnlyWhenThePositionIsKnown() {
        upstream.want(channel, 0, 1);
        upstream.want(channel, 1, 2);
        assertThat(broker.reads).isEmpty();
        broker.confirm();
        assertThat(told).isEmpty();
        assertThat(broker.reads)
                .singleElement()
                .satisfies(read -> assertThat(read.query()).isEqualTo(HistoryQuery.POSITION));

        broker.answer(at("e", 7));
        assertThat(told(0)).containsExactly("confirmed e:7");
        assertThat(told(1)).containsExactly("confirmed e:7");
        upstream.want(channel, 2, 3);
        assertThat(told(2)).containsExactly("confirmed e:7");
    }

    @Test
    void whatComesWhileThePositionIsReadIsPartOfThePositionThatIsConfirmed() {
        upstream.want(channel, 0, 1);
        broker.confirm();
        live(6, 7, 8, 9);
        assertThat(told).isEmpty();
        broker.answer(at("e", 7));

        assertThat(told(0)).containsExactly("confirmed e:9");
        live(10);
        assertThat(told(0)).containsExactly("10");
    }

    @Test
    void theNextOneGoesOnAtOnce() {
        listening(7, 0, 1);
        live(8, 9);

        assertThat(told(0)).containsExactly("8", "9");
        assertThat(told(1)).containsExactly("8", "9");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void oneWithoutAPositionGoesOnAtOnceEvenWhileThereIsAGap() {
        listening(7, 0);
        live(9);
        Payload data = Payload.ofValidated("1".getBytes(StandardCharsets.UTF_8));
        streams.deliveries.relay(stream().route, new Publication(channel, data, null));
        assertThat(told(0)).containsExactly("0");

        broker.answer(at("e", 9), publications(8, 9));
        assertThat(told(0)).containsExactly("8", "9");
    }

    @Test
    void afterAGapWhatFollowsIsHeldAndTheMissingStretchIsReadOnceAndSentInOrder() {
        listening(7, 0, 1);
        live(9, 10, 11);
        assertThat(told).isEmpty();
        assertThat(broker.reads)
                .singleElement()
                .satisfies(read -> assertThat(read.known()).isEqualTo(at("e", 7)));
        live(12);
        broker.answer(at("e", 11), publications(8, 11));

        assertThat(told(0)).containsExactly("8", "9", "10", "11", "12");
        assertThat(told(1)).containsExactly("8", "9", "10", "11", "12");
        assertThat(broker.read).isEqualTo(2);
    }

    @Test
    void whatARepairWasFasterWithIsDroppedWhenItComesByItself() {
        listening(7, 0);
        live(9);
        broker.answer(at("e", 12), publications(8, 12));
        told.clear();
        live(10, 11, 12, 13);

        assertThat(told(0)).containsExactly("13");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void aGapLongerThanAPageIsReadInSeveral() {
        listening(0, 0);
        live(Repair.PAGE + 10);
        broker.answer(at("e", Repair.PAGE + 10), publications(1, Repair.PAGE));
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", Repair.PAGE));
        broker.answer(at("e", Repair.PAGE + 10), publications(Repair.PAGE + 1, Repair.PAGE + 10));

        assertThat(told(0)).hasSize(Repair.PAGE + 10);
        live(Repair.PAGE + 11);
        assertThat(told(0)).containsExactly(Integer.toString(Repair.PAGE + 11));
    }

    @Test
    void whatHistoryDoesNotCoverAnyMoreIsAPositionLostAndWhatWasHeldGoesOnAfterIt() {
        listening(7, 0, 1);
        live(20);
        live(21);
        broker.answer(at("e", 20), publications(15, 20));

        assertThat(told(0)).containsExactly("lost e:20", "21");
        assertThat(told(1)).containsExactly("lost e:20", "21");
    }

    @Test
    void aGapOfWhichNothingIsKeptIsAPositionLost() {
        listening(7, 0);
        live(9);
        broker.answer(at("e", 9));

        assertThat(told(0)).containsExactly("lost e:9");
    }

    @Test
    void anotherEpochIsAskedForAndThenAllGoOnFromItsTop() {
        listening(7, 0);
        live(publication("f", 1));
        live(publication("f", 2));
        assertThat(told).isEmpty();
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 7));
        live(publication("f", 3));
        broker.answer(at("f", 2));

        assertThat(told(0)).containsExactly("lost f:2", "3");
        live(publication("f", 4));
        assertThat(told(0)).containsExactly("4");
    }

    @Test
    void whatIsOfAnEpochThatIsOverIsDropped() {
        listening(7, 0);
        live(publication("f", 1));
        broker.answer(at("f", 3));
        told.clear();
        live(8);
        broker.answer(at("f", 3));
        assertThat(told).isEmpty();

        live(publication("f", 2), publication("f", 3), publication("f", 4));
        assertThat(told(0)).containsExactly("4");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void anOffsetThatIsHeardAgainMakesTheStreamHaveANewEpoch() {
        listening(7, 0);
        live(8, 9);
        live(publication(new Position("e", 8, 99)));
        Position claimed = Objects.requireNonNull(broker.reads.get(0).known());
        assertThat(claimed.epoch()).isEqualTo("e");
        assertThat(claimed.offset()).isGreaterThan(1L << 52);
        told.clear();
        live(publication(new Position("e", 9, 100)));
        broker.answer(at("f", 9));
        assertThat(told(0)).containsExactly("lost f:9");

        // What came of the old epoch after the read was asked is looked at again: it could be newer.
        broker.answer(at("f", 9));
        live(publication("f", 10));
        assertThat(told(0)).containsExactly("10");
    }

    @Test
    void anotherPublicationAtThePositionOfNowIsARewindToo() {
        listening(7, 0);
        live(publication(new Position("e", 7, 99)));
        assertThat(broker.reads.get(0).known()).isNotEqualTo(at("e", 7));
        broker.answer(at("f", 7));

        assertThat(told(0)).containsExactly("lost f:7");
    }

    @Test
    void somethingHeardBeforeAReadThatTheStreamThenDoesNotHaveIsARewind() {
        listening(7, 0);
        live(9);
        broker.answer(at("e", 8), publications(8, 8));
        assertThat(told(0)).containsExactly("8");
        assertThat(broker.reads.get(0).known()).isNotEqualTo(at("e", 8));

        broker.answer(at("f", 8));
        assertThat(told(0)).containsExactly("lost f:8");
    }

    @Test
    void anEpochThatComesBackIsARewind() {
        listening(7, 0);
        live(publication("f", 1));
        broker.answer(at("f", 1));
        told.clear();
        reconnect();
        broker.confirm();
        broker.answer(at("e", 5));
        assertThat(told).isEmpty();
        Position claimed = Objects.requireNonNull(broker.reads.get(0).known());
        assertThat(claimed.epoch()).isEqualTo("e");
        assertThat(claimed.offset()).isGreaterThan(1L << 52);

        broker.answer(at("g", 5));
        assertThat(told(0)).containsExactly("lost g:5");
    }

    @Test
    void aReadThatFailsIsTriedAgainWhileOthersAreNotTouched() {
        listening(7, 0);
        live(9);
        broker.failRead();
        assertThat(broker.reads).isEmpty();
        later(100);
        broker.failRead();
        later(100);
        assertThat(broker.reads).isEmpty();
        later(100);
        live(10);
        broker.answer(at("e", 9), publications(8, 9));

        assertThat(told(0)).containsExactly("8", "9", "10");
    }

    @Test
    void triesAreAtMostASecondApart() {
        listening(7, 0);
        live(9);
        for (int i = 0; i < 20; i++) {
            broker.failRead();
            later(1_000);
        }
        assertThat(broker.reads).hasSize(1);
    }

    @Test
    void whatIsTooMuchToBeHeldIsReadInstead() {
        listening(0, 0);
        live(2);
        for (int i = 3; i <= 500; i++) {
            live(i);
        }
        assertThat(broker.reads).hasSize(1);
        broker.answer(at("e", 100), publications(1, 100));
        assertThat(told(0)).hasSize(100);
        broker.answer(at("e", 356), publications(101, 356));
        broker.answer(at("e", 500), publications(357, 500));
        assertThat(told(0)).hasSize(400);

        live(501);
        assertThat(told(0)).containsExactly("501");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void whatWasTooMuchIsReadEvenWhenNothingElseComes() {
        listening(0, 0);
        int last = 1;
        while (streams.metrics.scrape().contains("millipede_held_dropped_bytes_total 0.0")) {
            live(++last);
        }
        broker.answer(at("e", 50), publications(1, 50));
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 50));
        broker.answer(at("e", last), publications(51, last));

        assertThat(told(0)).hasSize(last);
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void aChannelWithoutListenersGoesOnUntilItIsGivenUp() {
        listening(7, 0);
        upstream.unwant(channel, 0, 0);
        live(8, 9);
        upstream.want(channel, 1, 5);

        assertThat(told(1)).containsExactly("confirmed e:9");
        assertThat(told(0)).isEmpty();
    }

    @Test
    void nobodyGetsAnythingBeforeTheirConfirmation() {
        listening(7, 0);
        reconnect();
        upstream.want(channel, 1, 2);
        broker.confirm();
        live(8);
        assertThat(told(0)).containsExactly("8");
        broker.answer(at("e", 8), publication(8));

        assertThat(told(1)).containsExactly("confirmed e:8");
    }

    @Test
    void afterAReconnectWhatWasMissedIsSentAndOnlyThenTheChannelIsRestored() {
        listening(7, 0);
        upstream.lost();
        broker.refuseAll();
        Future<Void> restored = upstream.restore();
        broker.confirm();
        assertThat(restored.isComplete()).isFalse();
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 7));
        broker.answer(at("e", 9), publications(8, 9));

        assertThat(told(0)).containsExactly("8", "9");
        assertThat(restored.succeeded()).isTrue();
    }

    /** A comparison that fails, as where many are asked for at once, is begun anew, and only then counts as answered. */
    @Test
    void afterAReconnectAComparisonThatIsLateIsAskedForOnceMore() {
        listening(7, 0);
        upstream.lost();
        broker.refuseAll();
        Future<Void> restored = upstream.restore();
        broker.confirm();
        failFor(Repair.PATIENCE_MILLIS);
        assertThat(restored.isComplete()).isFalse();
        assertThat(stream().route.confirmedIn).isNotEqualTo(stream().subscribedIn);
        later(1_000);
        broker.answer(at("e", 9), publications(8, 9));

        assertThat(told(0)).containsExactly("8", "9");
        assertThat(restored.succeeded()).isTrue();
        assertThat(broker.subscribed).hasSize(2);
    }

    @Test
    void aComparisonThatFailsTwiceCountsAsAnsweredAndTheSweepAsksAgain() {
        listening(7, 0);
        upstream.lost();
        broker.refuseAll();
        Future<Void> restored = upstream.restore();
        broker.confirm();
        failFor(2 * Repair.PATIENCE_MILLIS + 1_000);
        assertThat(restored.succeeded()).isTrue();

        upstream.sweep(now);
        later(1_000);
        broker.answer(at("e", 7));
        assertThat(stream().route.confirmedIn).isEqualTo(stream().subscribedIn);
    }

    private void failFor(long millis) {
        for (long until = now + millis; now < until; ) {
            if (!broker.reads.isEmpty()) {
                broker.failRead();
            }
            later(100);
        }
    }

    /** What is thrown on behalf of one channel keeps no other from its turn. */
    @Test
    @SuppressWarnings("NullAway")
    void aStreamThatThrowsHoldsUpNoOtherAndIsTriedAgain() {
        Channel broken = channel;
        listening(7, 0);
        live(9);
        broker.failRead();
        channel = channel("log:b");
        listening(7, 0);
        recover(0, 1, "e", 4);
        Publication eight =
                new Publication(broken, publication(8).data(), null, at("e", 8), Collections.singletonMap("tag", null));
        broker.page = new HistoryPage(at("e", 9), List.of(eight, publication(9)));
        assertThatThrownBy(() -> later(Recoveries.PATIENCE_MILLIS)).isInstanceOf(NullPointerException.class);
        assertThat(told(0)).containsExactly("refused");

        broker.page = new HistoryPage(at("e", 9), List.of(publications(8, 9)));
        later(1_000);
        assertThat(told(0)).containsExactly("8", "9");
    }

    @Test
    void whatGoesOnBeforeTheComparisonDoesNotHideWhatWasLost() {
        listening(7, 0);
        reconnect();
        broker.confirm();
        live(8);
        broker.failRead();
        later(100);

        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 7));
        broker.answer(at("f", 8));
        assertThat(told(0)).containsExactly("8", "lost f:8");
    }

    @Test
    void aReadFromBeforeALossDoesNotVouchForWhatWentOnSince() {
        listening(7, 0);
        recover(0, 1, "e", 9);
        reconnect();
        broker.confirm();
        live(8);
        broker.answer(at("e", 7));

        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 7));
    }

    @Test
    void whatAReadFromBeforeALossBroughtIsComparedToo() {
        listening(7, 0);
        live(9);
        reconnect();
        broker.answer(at("e", 9), publications(8, 9));
        broker.confirm();

        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 9));
    }

    @Test
    void whatWentOnBeforeAComparisonThatCoversTooLittleIsNotSentAgain() {
        listening(7, 0);
        reconnect();
        broker.confirm();
        live(8, 9, 10);
        broker.answer(at("e", 9), publications(9, 9));
        live(11);

        assertThat(told(0)).containsExactly("8", "9", "10", "lost e:10", "11");
    }

    @Test
    void aReadFromBeforeALossComparesNothing() {
        listening(7, 0);
        live(9);
        reconnect();
        broker.confirm();
        broker.answer(at("e", 9), publications(8, 9));
        assertThat(told(0)).containsExactly("8", "9");
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 9));

        broker.answer(at("e", 10), publications(10, 10));
        assertThat(told(0)).containsExactly("10");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void whoWaitsForAPositionThatCannotBeReadIsRefusedInTimeAndTheSweepAsksAgain() {
        upstream.want(channel, 0, 1);
        broker.confirm();
        for (int i = 0; i < 30; i++) {
            if (!broker.reads.isEmpty()) {
                broker.failRead();
            }
            later(100);
        }
        assertThat(told(0)).containsExactly("InterestRefused");
        upstream.sweep(now);
        upstream.want(channel, 0, 2);
        assertThat(broker.subscribed).hasSize(1);
        later(1_000);
        broker.answer(at("e", 7));

        assertThat(told(0)).containsExactly("confirmed e:7");
    }

    @Test
    void theBackplaneIsToldHowFarTheStreamIsKnown() {
        assertThat(table.get(channel)).isNull();
        upstream.want(channel, 0, 1);
        broker.confirm();
        assertThat(stream().positionOrNull()).isNull();
        broker.answer(at("e", 7));
        live(8);

        assertThat(stream().positionOrNull()).isEqualTo(at("e", 8));
    }

    @Test
    void aChannelThatWasGivenUpTakesNoLateAnswer() {
        listening(7, 0);
        live(9);
        upstream.unwant(channel, 0, 0);
        upstream.sweep(UpstreamSubscriptions.LINGER_MILLIS);
        assertThat(table.get(channel)).isNull();
        broker.answer(at("e", 9), publications(8, 9));

        assertThat(told).isEmpty();
        later(100);
        assertThat(Remains.of(streams)).isEmpty();
    }
}
