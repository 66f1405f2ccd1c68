package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The races of interest while the backplane is there, house rules 1 to 4. */
class UpstreamSubscriptionsTest extends UpstreamFixture {
    @Test
    void theInstanceIsInTheTableBeforeTheBackplaneIsAsked() {
        broker.whenSubscribed = channel ->
                assertThat(Objects.requireNonNull(table.get(channel)).instances).isEqualTo(1L << 3);
        upstream.want(room, 3, 1);

        assertThat(broker.subscribed).containsExactly("room:a");
        assertThat(sent).isEmpty();
    }

    @Test
    void anInstanceIsToldWhenItsSubscriptionIsConfirmed() {
        upstream.want(room, 3, 7);
        assertThat(sent).isEmpty();

        broker.confirm();
        assertThat(sent).containsExactly(confirmed(3, 7));
    }

    @Test
    void whoAsksWhileASubscriptionIsUnderWayWaitsForTheSameConfirmation() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 5);
        assertThat(sent).isEmpty();
        assertThat(broker.subscribed).hasSize(1);

        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 1), confirmed(1, 5));
    }

    @Test
    void anInstanceThatAsksTwiceIsAnsweredForItsLastQuestionOnly() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 5);
        upstream.want(room, 0, 2);
        broker.confirm();

        assertThat(sent).containsExactly(confirmed(1, 5), confirmed(0, 2));
    }

    @Test
    void whoLeavesBeforeTheAnswerIsToldNothing() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 5);
        upstream.unwant(room, 0, 0);
        broker.confirm();

        assertThat(sent).containsExactly(confirmed(1, 5));
    }

    @Test
    void whoAsksForAConfirmedChannelIsAnsweredAtOnce() {
        upstream.want(room, 0, 1);
        broker.confirm();
        sent.clear();

        upstream.want(room, 1, 9);
        assertThat(sent).containsExactly(confirmed(1, 9));
        assertThat(broker.subscribed).hasSize(1);
    }

    @Test
    void aRefusalIsToldToAllWhoWaitAndTheNextAskerAsksAgain() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 2);
        broker.refuse();
        assertThat(sent).containsExactly(refused(0, 1), refused(1, 2));
        sent.clear();

        upstream.want(room, 0, 3);
        assertThat(broker.subscribed).hasSize(2);
        assertThat(sent).isEmpty();
        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 3));
    }

    @Test
    void aChannelIsGivenUpOnceItHasHadNoListenerForASecond() {
        upstream.want(room, 0, 1);
        broker.confirm();
        upstream.unwant(room, 0, 5_000);
        upstream.sweep(5_000 + LINGER - 1);
        assertThat(broker.unsubscribed).isEmpty();

        upstream.sweep(5_000 + LINGER);
        upstream.sweep(5_000 + 5 * LINGER);
        assertThat(LINGER).isGreaterThanOrEqualTo(1_000);
        assertThat(broker.unsubscribed).containsExactly("room:a");
        assertThat(table.get(room)).isNull();
    }

    @Test
    void interestThatComesBackInTimeCostsNothing() {
        upstream.want(room, 0, 1);
        broker.confirm();
        sent.clear();
        upstream.unwant(room, 0, 0);
        upstream.want(room, 1, 2);
        upstream.sweep(10 * LINGER);

        assertThat(sent).containsExactly(confirmed(1, 2));
        assertThat(broker.subscribed).hasSize(1);
        assertThat(broker.unsubscribed).isEmpty();
    }

    @Test
    void theSecondCountsFromTheLastDeparture() {
        upstream.want(room, 0, 1);
        broker.confirm();
        upstream.unwant(room, 0, 0);
        upstream.want(room, 0, 2);
        upstream.unwant(room, 0, 900);
        upstream.sweep(LINGER);
        upstream.sweep(900 + LINGER - 1);
        assertThat(broker.unsubscribed).isEmpty();

        upstream.sweep(900 + LINGER);
        assertThat(broker.unsubscribed).hasSize(1);
    }

    @Test
    void aChannelThatAnotherInstanceListensToIsKept() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 1);
        broker.confirm();
        upstream.unwant(room, 0, 0);
        upstream.unwant(room, 0, 0);
        upstream.sweep(10 * LINGER);

        assertThat(broker.unsubscribed).isEmpty();
    }

    @Test
    void aChannelLeftWhileItsSubscriptionIsUnderWayIsGivenUpAfterTheAnswer() {
        upstream.want(room, 0, 1);
        upstream.unwant(room, 0, 0);
        upstream.sweep(LINGER);
        assertThat(broker.unsubscribed).isEmpty();

        broker.confirm();
        upstream.sweep(3 * LINGER);
        assertThat(broker.unsubscribed).containsExactly("room:a");
        assertThat(table.channels()).isZero();
    }

    @Test
    void subscribeLeaveSubscribeWhileUnderWayIsOneSubscription() {
        upstream.want(room, 0, 1);
        upstream.unwant(room, 0, 0);
        upstream.sweep(LINGER);
        upstream.want(room, 0, 2);
        broker.confirm();
        upstream.sweep(10 * LINGER);

        assertThat(sent).containsExactly(confirmed(0, 2));
        assertThat(broker.subscribed).hasSize(1);
        assertThat(broker.unsubscribed).isEmpty();
    }

    @Test
    void afterTheEndTheNextAskerSubscribesAnew() {
        upstream.want(room, 0, 1);
        broker.confirm();
        upstream.unwant(room, 0, 0);
        upstream.sweep(LINGER);
        sent.clear();

        upstream.want(room, 0, 2);
        assertThat(sent).isEmpty();
        assertThat(broker.subscribed).hasSize(2);
        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 2));
    }

    @Test
    void manyChannelsEndInTheOrderTheyWereLeft() {
        for (int i = 0; i < 3; i++) {
            Channel each = channel("room:" + i);
            upstream.want(each, 0, 1);
            broker.confirm();
            upstream.unwant(each, 0, 100L * i);
        }
        upstream.sweep(LINGER + 150);

        assertThat(broker.unsubscribed).containsExactly("room:0", "room:1");
    }

    @Test
    void moreThanOneTurnMayTakeIsGivenUpInSeveral() {
        int more = UpstreamSubscriptions.SWEEP + 1;
        for (int i = 0; i < more; i++) {
            Channel each = channel("room:" + i);
            upstream.want(each, 0, 1);
            broker.confirm();
            upstream.unwant(each, 0, 0);
        }

        assertThat(upstream.sweep(LINGER)).isTrue();
        assertThat(broker.unsubscribed).hasSize(UpstreamSubscriptions.SWEEP);
        assertThat(upstream.sweep(LINGER)).isFalse();
        assertThat(broker.unsubscribed).hasSize(more);
    }
}
