package dev.millipede.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.checker.Heard.Began;
import dev.millipede.checker.Heard.Got;
import dev.millipede.checker.Heard.Resumed;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final int ONE = 1;

    private static Began began(String epoch, long offset) {
        return new Began(new Place(epoch, offset));
    }

    private static Resumed resumed(String epoch, long offset) {
        return new Resumed(new Place(epoch, offset));
    }

    private static Got got(String epoch, long offset, int number) {
        return new Got(new Place(epoch, offset), Ids.of(ONE, number));
    }

    private static Sent sent(String epoch, long offset, int number) {
        return Sent.acknowledged(Ids.of(ONE, number), epoch, offset);
    }

    /** Numbers 1 to n at e:1 to e:n. */
    private static List<Sent> all(int n) {
        return IntStream.rangeClosed(1, n).mapToObj(i -> sent("e", i, i)).toList();
    }

    private static SubscriberLog log(Heard... heard) {
        return new SubscriberLog("s" + heard.length, List.of(heard));
    }

    private static ChannelVerdict judge(List<Sent> sent, Place end, SubscriberLog... logs) {
        return Verdict.on(new ChannelRun("room:x", sent, List.of(logs), end));
    }

    @Test
    void whoGetsAllInOrderLacksNothing() {
        ChannelVerdict verdict = judge(
                all(3),
                new Place("e", 3),
                log(began("e", 0), got("e", 1, 1), resumed("e", 1), got("e", 2, 2), got("e", 3, 3)),
                log(began("e", 2), got("e", 3, 3)));

        assertThat(verdict.complaints()).isEmpty();
        assertThat(verdict.isWithoutLoss()).isTrue();
        assertThat(verdict.expected()).isEqualTo(4);
        assertThat(verdict.delivered()).isEqualTo(4);
        assertThat(verdict.acknowledged()).isEqualTo(3);
        assertThat(verdict.recovered()).isEqualTo(1);
    }

    @Test
    void aGapThatNobodyMentionedIsALoss() {
        assertThat(judge(all(3), new Place("e", 3), log(began("e", 0), got("e", 1, 1), got("e", 3, 3)))
                        .lost())
                .isEqualTo(1);
        assertThat(judge(all(3), new Place("e", 3), log(began("e", 0), got("e", 1, 1)))
                        .lost())
                .as("the end")
                .isEqualTo(2);
        assertThat(judge(all(3), new Place("e", 3), log(began("e", 0), got("e", 1, 1), resumed("e", 3)))
                        .lost())
                .as("a resumption further on, and both in between")
                .isEqualTo(3);
    }

    @Test
    void aLossThatWasToldIsNoneButCounts() {
        ChannelVerdict verdict =
                judge(all(3), new Place("e", 3), log(began("e", 0), got("e", 1, 1), began("e", 2), got("e", 3, 3)));

        assertThat(verdict.lost()).isZero();
        assertThat(verdict.recoveredFalse()).isEqualTo(1);
        assertThat(verdict.isHonest()).isTrue();
        assertThat(verdict.isWithoutLoss()).isFalse();
        assertThat(verdict.expected()).isEqualTo(2);
    }

    @Test
    void whoIsLeftInAnEpochThatIsOverHasLostWhatCameAfter() {
        List<Sent> sent = List.of(sent("e", 1, 1), sent("f", 2, 2));
        assertThat(judge(sent, new Place("f", 2), log(began("e", 0), got("e", 1, 1)))
                        .lost())
                .isEqualTo(2);
        assertThat(judge(sent, new Place("f", 2), log(began("e", 0), got("e", 1, 1), began("f", 1), got("f", 2, 2)))
                        .isHonest())
                .isTrue();
    }

    @Test
    void anAcknowledgedPublicationThatIsNowhereIsLost() {
        List<Sent> sent = List.of(
                sent("e", 1, 1),
                new Sent(Ids.of(ONE, 2), Sent.Outcome.ACKNOWLEDGED, null, 1),
                Sent.maybe(Ids.of(ONE, 3)));
        assertThat(judge(sent, new Place("e", 1), log(began("e", 0), got("e", 1, 1)))
                        .lost())
                .isEqualTo(1);
        assertThat(judge(all(2), new Place("e", 1), log(began("e", 0), got("e", 1, 1)))
                        .lost())
                .as("the stream has shrunk")
                .isEqualTo(1);
    }

    @Test
    void whatComesAgainIsADuplicate() {
        assertThat(judge(all(2), new Place("e", 2), log(began("e", 0), got("e", 1, 1), got("e", 1, 1), got("e", 2, 2)))
                        .duplicated())
                .isEqualTo(1);
        assertThat(judge(all(1), new Place("e", 2), log(began("e", 0), got("e", 1, 1), got("e", 2, 1)))
                        .duplicated())
                .as("in the stream, and with this subscriber")
                .isEqualTo(2);
    }

    @Test
    void onlyWhatWasSentAgainMayStandInTwoEpochs() {
        List<Heard> heard = List.of(began("e", 0), got("e", 1, 1), began("f", 0), got("f", 1, 1));
        ChannelVerdict again = judge(
                List.of(new Sent(Ids.of(ONE, 1), Sent.Outcome.ACKNOWLEDGED, new Place("f", 1), 2)),
                new Place("f", 1),
                new SubscriberLog("s", heard));
        assertThat(again.duplicated()).isEqualTo(2);
        assertThat(again.isHonest()).isTrue();

        ChannelVerdict once = judge(List.of(sent("f", 1, 1)), new Place("f", 1), new SubscriberLog("s", heard));
        assertThat(once.isHonest()).isFalse();
    }

    @Test
    void whatComesLateIsOutOfOrder() {
        ChannelVerdict verdict =
                judge(all(3), new Place("e", 3), log(began("e", 0), got("e", 1, 1), got("e", 3, 3), got("e", 2, 2)));
        assertThat(verdict.reordered()).as("by its offset and its number").isEqualTo(2);
        assertThat(verdict.lost()).isZero();
    }

    @Test
    void acknowledgedPublicationsOfOnePublisherStandInHerOrder() {
        ChannelVerdict verdict = judge(
                List.of(sent("e", 2, 1), sent("e", 1, 2)),
                new Place("e", 2),
                log(began("e", 0), got("e", 1, 2), got("e", 2, 1)));
        assertThat(verdict.reordered()).isEqualTo(1);
    }

    @Test
    void aPlaceIsGivenOnce() {
        ChannelVerdict verdict = judge(
                List.of(sent("e", 1, 1), Sent.maybe(Ids.of(ONE, 2))),
                new Place("e", 1),
                log(began("e", 0), got("e", 1, 1)),
                log(began("e", 0), got("e", 1, 2)));
        assertThat(verdict.conflicts()).isEqualTo(1);
        assertThat(verdict.isHonest()).isFalse();
    }

    @Test
    void whatWasRefusedDoesNotCome() {
        List<Sent> sent = List.of(new Sent(Ids.of(ONE, 1), Sent.Outcome.REFUSED, null, 1));
        assertThat(judge(sent, new Place("e", 0), log(began("e", 0))).isWithoutLoss())
                .isTrue();
        assertThat(judge(sent, new Place("e", 1), log(began("e", 0), got("e", 1, 1)))
                        .isHonest())
                .isFalse();
    }

    @Test
    void epochsFollowEachOtherInOneOrder() {
        SubscriberLog forward = log(began("e", 0), got("e", 1, 1), began("f", 0), got("f", 1, 2));
        SubscriberLog backward = log(began("f", 0), got("f", 1, 2), began("e", 0), got("e", 1, 1), began("f", 1));
        SubscriberLog detour = log(began("f", 0), began("e", 1), began("f", 0), got("f", 1, 2));
        List<Sent> sent = List.of(Sent.maybe(Ids.of(ONE, 1)), Sent.maybe(Ids.of(ONE, 2)));
        Place end = new Place("f", 1);
        assertThat(judge(sent, end, forward, detour).isHonest()).isTrue();
        assertThat(judge(sent, end, forward, backward).reordered()).isEqualTo(1);
        assertThat(judge(sent, end, backward, backward).reordered())
                .as("nobody saw it the other way round")
                .isZero();
    }
}
