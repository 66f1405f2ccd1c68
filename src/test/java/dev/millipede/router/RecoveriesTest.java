package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Since;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What those who come back to a channel are told. */
class RecoveriesTest extends StreamFixture {
    @Test
    void whoHasSeenAllIsToldSoAtOnce() {
        listening(7, 0);
        recover(0, 1, "e", 7);
        recover(0, 2, "", 7);

        assertThat(told(0)).containsExactly("recovered e:7 []", "recovered e:7 []");
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void whoHasMissedSomeGetsThemFromHistory() {
        listening(7, 0);
        recover(0, 1, "e", 4);
        assertThat(told).isEmpty();
        assertThat(Objects.requireNonNull(broker.reads.get(0).query()).since()).isEqualTo(new Since("e", 4));
        assertThat(broker.reads.get(0).limit()).isEqualTo(3);
        broker.answer(at("e", 7), publications(5, 7));

        assertThat(told(0)).containsExactly("recovered e:7 [5, 6, 7]");
    }

    @Test
    void whatIsDeliveredWhileHistoryIsReadIsPartOfTheAnswerThatStandsBehindIt() {
        listening(7, 0);
        recover(0, 1, "e", 4);
        live(8, 9);
        broker.answer(at("e", 8), publications(5, 7));
        live(10);

        assertThat(told(0)).containsExactly("8", "9", "recovered e:9 [5, 6, 7, 8, 9]", "10");
    }

    @Test
    void whoComesWhileHistoryIsReadSharesItAndTheSameBytes() {
        listening(7, 0, 1);
        recover(0, 1, "e", 4);
        recover(1, 2, "e", 5);
        recover(1, 3, "e", 4);
        assertThat(broker.reads).hasSize(1);
        broker.answer(at("e", 7), publications(5, 7));
        recover(0, 4, "e", 6);

        assertThat(told(0)).containsExactly("recovered e:7 [5, 6, 7]", "recovered e:7 [7]");
        assertThat(told(1)).containsExactly("recovered e:7 [6, 7]", "recovered e:7 [5, 6, 7]");
        assertThat(bodies.stream().distinct()).hasSize(3);
        assertThat(bodies).hasSize(9);
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void whoMissedMoreThanIsAtHandWaitsForOneMoreReadAndNotForOneEach() {
        listening(20, 0);
        recover(0, 1, "e", 18);
        broker.answer(at("e", 20), publications(19, 20));
        told.clear();
        recover(0, 2, "e", 15);
        recover(0, 3, "e", 14);
        assertThat(broker.reads).isEmpty();
        later(Recoveries.PAUSE_MILLIS);
        assertThat(broker.reads).hasSize(1);
        broker.answer(at("e", 20), publications(15, 20));

        assertThat(told(0))
                .containsExactly("recovered e:20 [16, 17, 18, 19, 20]", "recovered e:20 [15, 16, 17, 18, 19, 20]");
    }

    @Test
    void whatIsAtHandIsKeptForASecondAfterSomebodyNeededIt() {
        listening(7, 0);
        recover(0, 1, "e", 5);
        broker.answer(at("e", 7), publications(6, 7));
        later(Recent.KEPT_MILLIS - 1);
        live(8);
        recover(0, 2, "e", 5);
        assertThat(told(0)).containsExactly("recovered e:7 [6, 7]", "8", "recovered e:8 [6, 7, 8]");

        later(Recent.KEPT_MILLIS);
        recover(0, 3, "e", 5);
        assertThat(told(0)).isEmpty();
        assertThat(broker.reads).hasSize(1);
    }

    @Test
    void whoMissedMoreThanAnybodyIsGivenIsNotRecovered() {
        listening(20, 0);
        recover(0, 1, "e", 20 - MOST - 1);
        assertThat(told(0)).containsExactly("not recovered e:20 []");

        recover(0, 2, "e", 20 - MOST);
        broker.answer(at("e", 20), publications(11, 20));
        assertThat(told(0)).singleElement().asString().startsWith("recovered e:20 [11, 12,");
    }

    @Test
    void whoMissedWhatIsNotKeptAnyMoreIsNotRecoveredAndOthersAre() {
        listening(9, 0);
        recover(0, 1, "e", 4);
        recover(0, 2, "e", 6);
        broker.answer(at("e", 9), publications(7, 9));

        assertThat(told(0)).containsExactly("not recovered e:9 []", "recovered e:9 [7, 8, 9]");
        recover(0, 3, "e", 5);
        assertThat(told(0)).containsExactly("not recovered e:9 []");
    }

    @Test
    void whoHasSeenMoreThanThisNodeIsAnsweredWhenItHasGotThere() {
        listening(7, 0);
        recover(0, 1, "e", 9);
        assertThat(told).isEmpty();
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 7));
        broker.answer(at("e", 10), publications(8, 10));

        // Half of what the node lacked had been seen.
        assertThat(told(0)).containsExactly("8", "9", "recovered e:9 []", "10");
    }

    @Test
    void whoHasSeenWhatNeverWasIsNotRecovered() {
        listening(7, 0);
        recover(0, 1, "e", 9);
        broker.answer(at("e", 7));

        assertThat(told(0)).containsExactly("not recovered e:7 []");
    }

    @Test
    void whoIsOfAnotherEpochIsNotRecoveredUnlessTheNodeHadNotHeardOfIt() {
        listening(7, 0);
        recover(0, 1, "d", 7);
        broker.answer(at("e", 7));
        assertThat(told(0)).containsExactly("not recovered e:7 []");

        recover(0, 2, "f", 7);
        broker.answer(at("f", 7));
        assertThat(told(0)).containsExactly("lost f:7", "recovered f:7 []");
    }

    @Test
    void aPositionThatIsLostMeanwhileIsLostForWhoComesBackToo() {
        listening(7, 0);
        recover(0, 1, "e", 4);
        live(publication("f", 1));
        broker.answer(at("f", 1));
        broker.answer(at("f", 1));
        assertThat(told(0)).containsExactly("lost f:1");

        assertThat(broker.reads).hasSize(1);
        broker.answer(at("f", 1));
        assertThat(told(0)).containsExactly("not recovered f:1 []");
    }

    @Test
    void aReadThatFailsIsTriedAgainForThreeSecondsAndThenWhoWaitsIsRefused() {
        listening(7, 0);
        recover(0, 1, "e", 4);
        broker.failRead();
        later(Recoveries.PAUSE_MILLIS);
        broker.failRead();
        later(Recoveries.PAUSE_MILLIS);
        assertThat(told).isEmpty();
        assertThat(broker.reads).hasSize(1);

        later(Recoveries.PATIENCE_MILLIS);
        assertThat(told(0)).containsExactly("refused");
        broker.answer(at("e", 7), publications(5, 7));
        assertThat(told).isEmpty();
    }

    @Test
    void whoWaitsWhenTheBackplaneIsLostIsRefusedAtOnceAndWhoComesThenToo() {
        listening(7, 0);
        recover(0, 1, "e", 4);
        upstream.lost();
        assertThat(told(0)).containsExactly("refused");

        recover(0, 2, "e", 4);
        recover(0, 3, "e", 7);
        assertThat(told(0)).containsExactly("refused", "recovered e:7 []");
    }

    @Test
    void whoIsNotConfirmedIsRefused() {
        listening(7, 0);
        recover(1, 1, "e", 7);

        assertThat(told(1)).containsExactly("refused");
    }

    @Test
    void whoLeavesIsToldNothing() {
        listening(7, 0, 1);
        recover(0, 1, "e", 4);
        recover(0, 2, "e", 9);
        upstream.unwant(channel, 0, 0);
        while (!broker.reads.isEmpty()) {
            broker.failRead();
        }
        later(Recoveries.PATIENCE_MILLIS);

        assertThat(told(0)).isEmpty();
    }

    @Test
    void inAChannelThatHoldsAStateTheLatestOneIsGivenWhateverWasMissed() {
        channel = channel("state:a");
        listening(70, 0);
        recover(0, 1, "e", 70);
        assertThat(told(0)).containsExactly("recovered e:70 []");
        recover(0, 2, "e", 4);
        assertThat(broker.reads.get(0).limit()).isEqualTo(1);
        broker.answer(at("e", 70), publication(70));
        assertThat(told(0)).containsExactly("recovered e:70 [70]");

        live(71);
        recover(0, 3, "e", 4);
        assertThat(told(0)).containsExactly("71", "recovered e:71 [71]");
    }

    @Test
    void aStateThatIsNotKeptAnyMoreIsNotGiven() {
        channel = channel("state:a");
        listening(70, 0);
        recover(0, 1, "e", 4);
        broker.answer(at("e", 70));

        assertThat(told(0)).isEqualTo(List.of("not recovered e:70 []"));
    }

    @Test
    void anInstanceThatLagsIsAnsweredFromWhereItStands() {
        listening(7, 0);
        stream().behind(0, true);
        live(8, 9, 10);
        assertThat(told).isEmpty();
        recover(0, 1, "e", 6);
        recover(0, 2, "e", 7);
        recover(0, 3, "e", 9);
        broker.answer(at("e", 10), publications(7, 10));
        assertThat(told(0)).containsExactly("recovered e:7 []", "recovered e:7 [7]");

        stream().behind(0, false);
        assertThat(told(0)).containsExactly("8", "9", "10", "recovered e:10 [10]");
    }
}
