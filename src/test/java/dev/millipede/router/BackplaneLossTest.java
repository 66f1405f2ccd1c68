package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of interest when the backplane is lost and comes back, house rules 3 and 8. */
class BackplaneLossTest extends UpstreamFixture {
    private final Channel other = channel("room:b");

    /** The connection breaks; what is under way on it fails after the router knows. */
    private void lose() {
        upstream.lost();
        broker.refuseAll();
    }

    /** The room has a listener on instance 0 and is confirmed. */
    private void confirmedRoom() {
        upstream.want(room, 0, 1);
        broker.confirm();
        broker.subscribed.clear();
        sent.clear();
    }

    private void assertNothingLeftBehind() {
        assertThat(table.channels()).isZero();
        assertThat(Remains.of(upstream)).isEmpty();
        assertThat(Remains.of(table)).isEmpty();
    }

    @Test
    void whatIsListenedToIsSubscribedToAgainAndNobodyIsToldTwice() {
        confirmedRoom();
        lose();
        Future<Void> restored = upstream.restore();
        assertThat(broker.subscribed).containsExactly("room:a");
        assertThat(restored.isComplete()).isFalse();

        broker.confirm();
        assertThat(restored.succeeded()).isTrue();
        assertThat(sent).isEmpty();
    }

    @Test
    void whoWasWaitingWhenTheBackplaneWentIsAskedForAgainAndAnsweredThen() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 2);
        lose();
        assertThat(sent).isEmpty();

        upstream.restore();
        assertThat(broker.subscribed).containsExactly("room:a", "room:a");
        assertThat(sent).isEmpty();
        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 1), confirmed(1, 2));
    }

    @Test
    void lateAnswersOfAnOlderConnectionConfirmAndRefuseNothing() {
        upstream.want(room, 0, 1);
        upstream.want(other, 0, 2);
        upstream.lost();
        Promise<Void> late = broker.answers.remove(0);
        Promise<Void> later = broker.answers.remove(0);
        late.complete();
        later.fail("lost");
        upstream.want(room, 1, 3);
        assertThat(sent).containsExactly(refused(1, 3));

        sent.clear();
        upstream.restore();
        upstream.lost();
        broker.answers.remove(0).complete();
        broker.answers.remove(0).complete();
        Future<Void> restored = upstream.restore();
        assertThat(sent).isEmpty();
        assertThat(restored.isComplete()).isFalse();
        upstream.want(room, 2, 4);
        assertThat(sent).isEmpty();

        broker.confirmAll();
        assertThat(sent).contains(confirmed(0, 1), confirmed(2, 4)).hasSize(3);
    }

    @Test
    void whoAsksWhileTheBackplaneIsAwayIsRefusedAtOnceAndSubscribedForLater() {
        lose();
        upstream.want(room, 3, 7);
        assertThat(sent).containsExactly(refused(3, 7));
        assertThat(broker.subscribed).isEmpty();
        sent.clear();

        upstream.restore();
        assertThat(broker.subscribed).containsExactly("room:a");
        broker.confirm();
        upstream.want(room, 3, 8);
        assertThat(sent).containsExactly(confirmed(3, 8));
    }

    @Test
    void whoAsksAgainAfterALossIsNotAnsweredByWhatWasConfirmedBefore() {
        confirmedRoom();
        lose();
        upstream.want(room, 1, 2);
        assertThat(sent).containsExactly(refused(1, 2));
        upstream.restore();
        upstream.want(room, 1, 3);
        assertThat(sent).hasSize(1);

        broker.confirm();
        assertThat(sent).containsExactly(refused(1, 2), confirmed(1, 3));
    }

    @Test
    void whoWaitsAndAsksAgainWhileTheBackplaneIsAwayIsAnsweredForTheLastQuestionOnly() {
        upstream.want(room, 0, 1);
        upstream.want(room, 1, 2);
        lose();
        upstream.want(room, 0, 3);
        upstream.restore();
        broker.confirm();

        assertThat(sent).containsExactly(refused(0, 3), confirmed(1, 2));
    }

    @Test
    void whatFailedBeforeTheFirstConnectionIsSubscribedToWithIt() {
        upstream.want(room, 0, 1);
        broker.refuse();
        upstream.want(other, 0, 2);
        Future<Void> restored = upstream.restore();
        broker.refuse();
        assertThat(broker.subscribed).hasSize(4).endsWith("room:b", "room:a");
        assertThat(sent).containsExactly(refused(0, 1));

        broker.confirmAll();
        assertThat(restored.succeeded()).isTrue();
        assertThat(sent).hasSize(2);
    }

    @Test
    void aChannelLeftWhileTheBackplaneIsAwayIsNotRestored() {
        confirmedRoom();
        upstream.want(other, 0, 2);
        lose();
        upstream.unwant(room, 0, 0);
        upstream.unwant(other, 0, 0);
        upstream.sweep(LINGER);
        assertNothingLeftBehind();

        broker.subscribed.clear();
        assertThat(upstream.restore().succeeded()).isTrue();
        assertThat(broker.subscribed).isEmpty();
    }

    @Test
    void aChannelLeftWhileTheBackplaneIsAwayIsSubscribedToAsSoonAsItIsWantedAgain() {
        confirmedRoom();
        lose();
        upstream.unwant(room, 0, 0);
        upstream.restore();
        assertThat(broker.subscribed).isEmpty();

        upstream.want(room, 0, 2);
        upstream.sweep(10 * LINGER);
        assertThat(broker.unsubscribed).isEmpty();
        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 2));
    }

    @Test
    void whoWaitedAndLeftWhileTheBackplaneWasAwayLeavesNothingBehind() {
        upstream.want(room, 0, 1);
        lose();
        upstream.unwant(room, 0, 0);
        assertThat(upstream.restore().succeeded()).isTrue();
        upstream.sweep(LINGER);
        assertNothingLeftBehind();

        upstream.want(room, 0, 2);
        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 2));
    }

    @Test
    void whoWaitedAndLeftAndComesBackAfterTheRestorationIsAskedForAgain() {
        upstream.want(room, 0, 1);
        lose();
        upstream.unwant(room, 0, 0);
        upstream.restore();
        upstream.want(room, 0, 2);
        assertThat(broker.subscribed).hasSize(2);

        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 2));
    }

    @Test
    void whoAsksWhileTheirChannelIsBeingRestoredWaitsForTheSameAnswer() {
        confirmedRoom();
        lose();
        upstream.restore();
        upstream.want(room, 1, 2);
        assertThat(broker.subscribed).hasSize(1);
        assertThat(sent).isEmpty();

        broker.confirm();
        assertThat(sent).containsExactly(confirmed(1, 2));
    }

    @Test
    void aChannelLeftWhileItIsBeingRestoredIsGivenUpAfterTheAnswer() {
        confirmedRoom();
        lose();
        upstream.restore();
        upstream.unwant(room, 0, 0);
        upstream.sweep(LINGER);
        assertThat(broker.unsubscribed).isEmpty();
        upstream.want(room, 0, 2);
        assertThat(broker.subscribed).hasSize(1);
        broker.confirm();
        assertThat(sent).containsExactly(confirmed(0, 2));

        upstream.unwant(room, 0, LINGER);
        upstream.sweep(2 * LINGER);
        assertThat(broker.unsubscribed).containsExactly("room:a");
        assertNothingLeftBehind();
    }

    @Test
    void whatIsRefusedIsAskedForAgainEachSecondForAsLongAsSomebodyListens() {
        confirmedRoom();
        lose();
        Future<Void> restored = upstream.restore();
        broker.refuse();
        assertThat(restored.succeeded()).isTrue();
        assertThat(broker.subscribed).hasSize(1);
        upstream.sweep(1);
        broker.refuse();
        upstream.sweep(2);
        upstream.sweep(3);
        assertThat(broker.subscribed).hasSize(3);

        broker.confirm();
        upstream.sweep(4);
        assertThat(broker.subscribed).hasSize(3);
        assertThat(sent).isEmpty();
        upstream.want(room, 1, 2);
        assertThat(sent).containsExactly(confirmed(1, 2));
    }

    @Test
    void whatIsRefusedAndLeftIsNotAskedForAgain() {
        upstream.want(room, 0, 1);
        broker.refuse();
        upstream.unwant(room, 0, 0);
        upstream.sweep(1);
        upstream.sweep(LINGER);

        assertThat(broker.subscribed).hasSize(1);
        assertNothingLeftBehind();
    }

    @Test
    void whatWasRefusedBeforeALossIsLeftToTheRestoration() {
        confirmedRoom();
        lose();
        upstream.restore();
        broker.refuse();
        lose();
        upstream.sweep(1);
        assertThat(broker.subscribed).hasSize(1);

        upstream.restore();
        broker.confirm();
        upstream.sweep(2);
        assertThat(broker.subscribed).hasSize(2);
    }

    @Test
    void aBackplaneThatIsLostWhileItIsAskedKeepsWhoWaits() {
        List<Channel> rooms = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rooms.add(channel("room:" + i));
            upstream.want(rooms.get(i), 0, i);
        }
        lose();
        broker.subscribed.clear();
        broker.whenSubscribed = channel -> lose();
        Future<Void> restored = upstream.restore();
        assertThat(broker.subscribed).hasSize(1);
        broker.refuseAll();
        assertThat(restored.isComplete()).isFalse();
        assertThat(sent).isEmpty();

        broker.whenSubscribed = channel -> {};
        broker.confirms = true;
        assertThat(upstream.restore().succeeded()).isTrue();
        assertThat(sent).hasSize(10);
    }
}
