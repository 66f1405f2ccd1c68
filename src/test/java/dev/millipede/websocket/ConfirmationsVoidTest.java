package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static dev.millipede.websocket.InstanceFixture.token;
import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.InstanceRecord.ConfirmationsVoid;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.protocol.Command;
import dev.millipede.websocket.Connection.State;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An instance after the backplane lost what it had confirmed, house rules 3, 5 and 8: Ann was in the room before. */
class ConfirmationsVoidTest {
    private static final String SUBSCRIBED = "{\"id\":1,\"subscribe\":{}}";

    private final InstanceFixture fixture = new InstanceFixture();
    private final Connection ann = fixture.members("room:a", 1).get(0);
    private final Connection bob = fixture.connection();
    private final Connection eve = fixture.connection();

    @BeforeEach
    void theBackplaneIsLost() {
        fixture.confirms = false;
        fixture.instance.told(new ConfirmationsVoid());
    }

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    /** The one question asked about the room since the last call, all else that was said forgotten. */
    private Interest question() {
        Interest asked = fixture.asked("room:a");
        fixture.toRouter();
        return asked;
    }

    private List<String> heard(Connection connection) {
        fixture.loop.settle();
        return transport(connection).taken();
    }

    private void assertRefused(Connection connection) {
        assertThat(heard(connection))
                .containsExactly(
                        "{\"id\":1,\"error\":{\"code\":100,\"message\":\"internal server error\",\"temporary\":true}}");
    }

    private void assertAnnIsStillThere() {
        fixture.deliver("room:a", "news");
        assertThat(heard(ann)).containsExactly("news");
    }

    private void connect(Connection connection, String user) {
        fixture.instance.commands.accept(connection, new Command.Connect(1, token(user, 0)));
    }

    @Test
    void membersStayAndGetWhatComesAndNothingIsAskedForThem() {
        fixture.toRouter();
        assertAnnIsStillThere();

        assertThat(fixture.toRouter()).isEmpty();
        assertThat(ann.isSubscribed(channel("room:a"))).isTrue();
    }

    @Test
    void theNextToJoinAsksAgainAndWhoFollowsWaitsForTheSameAnswer() {
        int before = fixture.local("room:a").ask;
        fixture.toRouter();
        fixture.join(bob, "room:a");
        fixture.join(eve, "room:a");
        Interest asked = question();
        assertThat(asked.ask()).isNotEqualTo(before);
        assertThat(heard(bob)).isEmpty();
        fixture.deliver("room:a", "too early");
        assertThat(heard(bob)).isEmpty();

        fixture.confirm(asked);
        fixture.deliver("room:a", "news");
        assertThat(heard(bob)).containsExactly(SUBSCRIBED, "news");
        assertThat(heard(eve)).containsExactly(SUBSCRIBED, "news");
        assertThat(heard(ann)).containsExactly("too early", "news");
    }

    @Test
    void onceConfirmedAgainTheNextToJoinIsInAtOnce() {
        fixture.toRouter();
        fixture.join(bob, "room:a");
        fixture.confirm(question());
        fixture.join(eve, "room:a");

        assertThat(fixture.toRouter()).isEmpty();
        assertThat(heard(eve)).containsExactly(SUBSCRIBED);
    }

    @Test
    void anAnswerToAQuestionOfBeforeConfirmsAndRefusesNothing() {
        Interest before = new Interest(0, channel("room:a"), fixture.local("room:a").ask);
        fixture.confirm(before);
        fixture.toRouter();
        fixture.join(bob, "room:a");
        fixture.confirm(before);
        fixture.refuse(before);
        assertThat(heard(bob)).isEmpty();

        fixture.confirm(question());
        assertThat(heard(bob)).containsExactly(SUBSCRIBED);
    }

    @Test
    void whoIsRefusedFailsAndTheMembersStay() {
        fixture.toRouter();
        fixture.join(bob, "room:a");
        fixture.join(eve, "room:a");
        Interest asked = question();
        fixture.refuse(asked);
        assertRefused(bob);
        assertRefused(eve);
        assertThat(fixture.toRouter()).isEmpty();
        assertAnnIsStillThere();

        fixture.join(bob, "room:a");
        Interest again = question();
        assertThat(again.ask()).isNotEqualTo(asked.ask());
        fixture.confirm(again);
        assertThat(heard(bob)).containsExactly(SUBSCRIBED);
    }

    @Test
    void whoGoesBeforeTheAnswerLeavesTheMembersAndTheAnswerIsForWhoeverComesNext() {
        fixture.toRouter();
        fixture.join(bob, "room:a");
        Interest asked = question();
        transport(bob).close();
        assertThat(fixture.toRouter()).isEmpty();
        assertAnnIsStillThere();

        fixture.join(eve, "room:a");
        assertThat(fixture.toRouter()).isEmpty();
        fixture.confirm(asked);
        assertThat(heard(eve)).containsExactly(SUBSCRIBED);
    }

    @Test
    void whoWaitsTooLongFailsAndALateAnswerIsForWhoeverComesNext() {
        fixture.toRouter();
        fixture.join(bob, "room:a");
        Interest asked = question();
        fixture.instance.subscribers.expire(fixture.loop.now + LocalSubscribers.JOIN_NANOS);
        assertRefused(bob);
        assertAnnIsStillThere();
        fixture.confirm(asked);
        fixture.toRouter();

        fixture.join(eve, "room:a");
        assertThat(fixture.toRouter()).isEmpty();
        assertThat(heard(eve)).containsExactly(SUBSCRIBED);
    }

    @Test
    void whoWasWaitingGoesOnWaitingForTheSameAnswer() {
        fixture.toRouter();
        fixture.join(bob, "room:a");
        fixture.instance.told(new ConfirmationsVoid());
        fixture.join(eve, "room:a");
        assertThat(heard(bob)).isEmpty();

        fixture.confirm(question());
        assertThat(heard(bob)).containsExactly(SUBSCRIBED);
        assertThat(heard(eve)).containsExactly(SUBSCRIBED);
    }

    @Test
    void eachLossVoidsAnew() {
        fixture.toRouter();
        fixture.join(bob, "room:a");
        fixture.confirm(question());
        fixture.instance.told(new ConfirmationsVoid());
        fixture.join(eve, "room:a");

        fixture.refuse(question());
        assertRefused(eve);
        assertThat(bob.isSubscribed(channel("room:a"))).isTrue();
    }

    @Test
    void theLastMemberThatLeavesEndsTheInterest() {
        fixture.toRouter();
        fixture.leave(ann, "room:a");

        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, channel("room:a")));
        assertThat(fixture.instance.subscribers.get(channel("room:a"))).isNull();
    }

    @Test
    void connectIsAnsweredWithAnErrorAtOnceUntilTheChannelsAreToBeHadAgain() {
        fixture.toRouter();
        Connection early = fixture.accept();
        connect(early, "bob");
        fixture.refuse(fixture.asked("user:bob"));
        fixture.refuse(fixture.asked("broadcast"));
        assertRefused(early);
        assertThat(early.state).isEqualTo(State.REFUSED);

        Connection late = fixture.accept();
        fixture.confirms = true;
        connect(late, "bob");
        assertThat(late.state).isEqualTo(State.CONNECTED);
        assertThat(late.subscriptionNames()).containsExactly("user:bob", "broadcast");
        heard(late);
    }

    @Test
    void broadcastsAreAskedForAgainWithTheNextTickUntilTheyAreConfirmed() {
        fixture.toRouter();
        fixture.instance.subscribers.expire(fixture.loop.now);
        fixture.instance.subscribers.expire(fixture.loop.now);
        Interest first = fixture.asked("broadcast");
        fixture.toRouter();
        fixture.refuse(first);
        fixture.instance.subscribers.expire(fixture.loop.now);
        Interest second = fixture.asked("broadcast");
        fixture.toRouter();
        assertThat(second.ask()).isNotEqualTo(first.ask());
        fixture.confirm(second);
        fixture.instance.subscribers.expire(fixture.loop.now);

        assertThat(fixture.toRouter()).isEmpty();
    }

    @Test
    void whoConnectsWhileBroadcastsAreNotToBeHadIsRefusedAndWhoGotThemGetsThem() {
        LocalChannel everybody = Objects.requireNonNull(fixture.instance.subscribers.everybody());
        Connection member = fixture.accept();
        fixture.confirms = true;
        connect(member, "");
        assertThat(heard(member)).hasSize(1);
        fixture.confirms = false;
        fixture.instance.told(new ConfirmationsVoid());
        fixture.toRouter();

        Connection next = fixture.accept();
        connect(next, "");
        assertThat(heard(next)).isEmpty();
        fixture.refuse(fixture.asked("broadcast"));
        assertRefused(next);
        fixture.toRouter();

        Connection another = fixture.accept();
        connect(another, "");
        fixture.refuse(fixture.asked("broadcast"));
        assertRefused(another);
        fixture.deliver("broadcast", "all");
        assertThat(heard(member)).containsExactly("all");
        assertThat(everybody.liveMembers()).isEqualTo(1);
    }
}
