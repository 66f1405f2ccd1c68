package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.token;
import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.websocket.Connection.State;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a connection up to the answer of its connect command, and its token after that. */
class OpeningTest {
    private InstanceFixture fixture = new InstanceFixture();
    private Connection ann = fixture.accept();

    @BeforeEach
    void theRouterAnswersWhenToldTo() {
        use(new InstanceFixture());
    }

    private void use(InstanceFixture chosen) {
        fixture = chosen;
        fixture.confirms = false;
        fixture.toRouter();
        ann = fixture.accept();
    }

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private void says(Command... commands) {
        for (Command command : commands) {
            fixture.instance.commands.accept(ann, command);
        }
        fixture.loop.settle();
    }

    private List<String> heard() {
        fixture.loop.settle();
        return transport(ann).taken();
    }

    private String connected(long id, String ttl, String channels) {
        return "{\"id\":" + id + ",\"connect\":{\"client\":\"" + ann.id() + "\",\"version\":\"test\"" + ttl
                + ",\"subs\":{" + channels + "},\"ping\":25,\"pong\":true}}";
    }

    @Test
    void connectIsAnsweredWhenAllAutomaticChannelsAreConfirmed() {
        says(new Command.Connect(1, token("ann", 0)));
        assertThat(ann.state).isEqualTo(State.CONNECTING);
        assertThat(transport(ann).paused).isTrue();
        assertThat(heard()).isEmpty();

        fixture.confirm(fixture.asked("user:ann"));
        assertThat(ann.state).isEqualTo(State.CONNECTED);
        assertThat(transport(ann).paused).isFalse();
        assertThat(ann.subscriptionNames()).containsExactly("user:ann", "broadcast");
        assertThat(heard()).hasSize(1).first().asString().contains("\"user:ann\"", "\"broadcast\"");
    }

    @Test
    void broadcastsAreWaitedForToo() {
        InstanceFixture slow = new InstanceFixture();
        LocalChannel everybody = Objects.requireNonNull(slow.instance.subscribers.everybody());
        everybody.confirmedIn = 0;
        use(slow);
        says(new Command.Connect(1, null));
        assertThat(heard()).isEmpty();

        fixture.confirm(new Interest(0, everybody.channel, everybody.ask));
        assertThat(heard()).hasSize(1);
        assertThat(ann.broadcastSlot).isZero();
    }

    @Test
    void theAnonymousUserHasNoChannelOfItsOwn() {
        says(new Command.Connect(1, null));

        assertThat(heard()).containsExactly(connected(1, "", "\"broadcast\":{}"));
        assertThat(fixture.toRouter()).isEmpty();
        assertThat(ann.subscriptionNames()).containsExactly("broadcast");
    }

    @Test
    void aNodeWithoutAutomaticChannelsAnswersAtOnce() {
        Namespace plain = new Namespace("room", SubscribeRule.ANYONE, PublishRule.ANYONE, false);
        use(new InstanceFixture(new Namespaces(List.of(plain)), false, FanOut.SLICE_NANOS));
        says(new Command.Connect(1, token("ann", 0)));

        assertThat(ann.state).isEqualTo(State.CONNECTED);
        assertThat(ann.subscriptionNames()).isEmpty();
        assertThat(heard()).hasSize(1);
    }

    @Test
    void commandsAreHeldUntilConnectIsAnsweredAndThenCarriedOutInOrder() {
        says(
                new Command.Connect(1, token("ann", 0)),
                new Command.NotAvailable(2),
                new Command.Unsubscribe(3, "room:a"),
                new Command.NotAvailable(4));
        assertThat(heard()).isEmpty();
        fixture.confirm(fixture.asked("user:ann"));

        assertThat(heard())
                .extracting(text -> text.substring(0, 7))
                .containsExactly("{\"id\":1", "{\"id\":2", "{\"id\":3", "{\"id\":4");
        assertThat(ann.pending).isNull();
    }

    @Test
    void aHeldSubscribeWaitsForItsOwnConfirmationAndTheRestDoesNotWaitForIt() {
        says(
                new Command.Connect(1, token("ann", 0)),
                new Command.Subscribe(2, "room:a", null),
                new Command.NotAvailable(3));
        fixture.confirm(fixture.asked("user:ann"));
        assertThat(heard()).extracting(text -> text.substring(0, 7)).containsExactly("{\"id\":1", "{\"id\":3");

        fixture.confirm(fixture.asked("room:a"));
        assertThat(heard()).containsExactly("{\"id\":2,\"subscribe\":{}}");
        assertThat(ann.pending).isNull();
    }

    @Test
    void aHeldCommandThatClosesEndsThoseBehindIt() {
        says(
                new Command.Connect(1, token("ann", 0)),
                new Command.Connect(2, token("ann", 0)),
                new Command.NotAvailable(3));
        fixture.confirm(fixture.asked("user:ann"));

        assertThat(heard()).hasSize(1);
        assertThat(transport(ann).closeCodes).containsExactly(3501);
        assertThat(ann.pending).isNull();
    }

    @Test
    void whoClosesWhileConnectingIsToldNothingAndItsInterestEnds() {
        says(new Command.Connect(1, token("ann", 0)), new Command.NotAvailable(2));
        Interest asked = fixture.asked("user:ann");
        fixture.toRouter();
        transport(ann).close();
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, asked.channel()));

        fixture.confirm(asked);
        assertThat(heard()).isEmpty();
        assertThat(fixture.instance.connections()).isZero();
    }

    @Test
    void aRefusedChannelFailsTheConnectAndNothingElseIsTaken() {
        says(new Command.Connect(1, token("ann", 0)), new Command.NotAvailable(2));
        fixture.refuse(fixture.asked("user:ann"));
        assertThat(heard())
                .containsExactly(
                        "{\"id\":1,\"error\":{\"code\":100,\"message\":\"internal server error\",\"temporary\":true}}");
        assertThat(ann.state).isEqualTo(State.REFUSED);
        assertThat(ann.broadcastSlot).isEqualTo(-1);
        assertThat(transport(ann).paused).isFalse();

        says(new Command.Connect(3, token("ann", 0)));
        assertThat(transport(ann).closeCodes).containsExactly(3501);
    }

    @Test
    void aConnectThatWaitsTooLongFailsAfterThreeSeconds() {
        says(new Command.Connect(1, token("ann", 0)));
        fixture.instance.subscribers.expire(fixture.loop.now + LocalSubscribers.JOIN_NANOS);

        assertThat(heard()).hasSize(1).first().asString().contains("\"code\":100", "\"temporary\":true");
        fixture.confirm(fixture.asked("user:ann"));
        assertThat(heard()).isEmpty();
    }

    @Test
    void oneOfTwoFailedChannelsAnswersOnce() {
        Namespace mail = new Namespace("mail", SubscribeRule.SELF, PublishRule.SERVER, true);
        Namespace user = new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true);
        use(new InstanceFixture(new Namespaces(List.of(mail, user)), false, FanOut.SLICE_NANOS));
        says(new Command.Connect(1, token("ann", 0)));
        fixture.confirm(fixture.asked("mail:ann"));
        assertThat(heard()).isEmpty();
        fixture.refuse(fixture.asked("user:ann"));

        assertThat(heard()).hasSize(1).first().asString().contains("\"code\":100");
        assertThat(ann.subscriptions()).isZero();
        assertThat(fixture.instance.subscribers.channels()).isZero();
    }

    @Test
    void theTimeLeftOfATokenIsSaidAndAnExpiredOneIsAnsweredWith109() {
        says(new Command.Connect(1, token("", 90)));
        assertThat(heard()).containsExactly(connected(1, ",\"expires\":true,\"ttl\":90", "\"broadcast\":{}"));

        ann = fixture.accept();
        says(new Command.Connect(1, token("ann", -90)));
        assertThat(heard()).hasSize(1).first().asString().contains("\"code\":109");
        assertThat(ann.state).isEqualTo(State.REFUSED);
    }

    @Test
    void aTokenThatIsNoneClosesFor3500() {
        says(new Command.Connect(1, "no.token.really"));

        assertThat(transport(ann).closeCodes).containsExactly(3500);
        assertThat(heard()).isEmpty();
    }

    @Test
    void theFirstCommandMustBeConnect() {
        says(new Command.Subscribe(1, "room:a", null));

        assertThat(transport(ann).closeCodes).containsExactly(3501);
    }

    private void connect(String user, long ttl) {
        fixture.confirms = true;
        says(new Command.Connect(1, token(user, ttl)));
        assertThat(heard()).hasSize(1);
    }

    @Test
    void aRefreshOfTheSameUserPutsTheEndOff() {
        connect("ann", 10);
        int before = ann.expiryTick;
        says(new Command.Refresh(2, token("ann", 100)));

        assertThat(heard()).hasSize(1).first().asString().contains("\"id\":2", "\"ttl\":100");
        assertThat(ann.expiryTick).isGreaterThan(before);
    }

    @Test
    void aRefreshWithoutEndLastsForEver() {
        connect("ann", 10);
        says(new Command.Refresh(2, token("ann", 0)));

        assertThat(ann.expiryTick).isEqualTo(Heartbeat.NEVER);
    }

    @Test
    void aRefreshWithATokenOfSomebodyElseCloses() {
        connect("ann", 10);
        says(new Command.Refresh(2, token("bob", 100)));

        assertThat(transport(ann).closeCodes).containsExactly(3500);
    }

    @Test
    void aRefreshWithoutATokenDoesNotLiftTheEndOfATokenWithoutAUser() {
        connect("", 10);
        says(new Command.Refresh(2, ""));

        assertThat(transport(ann).closeCodes).containsExactly(3500);
    }

    @Test
    void aRefreshWithAnExpiredTokenIsAnsweredWith109() {
        connect("ann", 10);
        says(new Command.Refresh(2, token("ann", -10)));

        assertThat(heard()).hasSize(1).first().asString().contains("\"code\":109");
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void closingAllWaitsForTheLastSocket() {
        connect("ann", 0);
        int[] done = {0};
        fixture.instance.closeAll(CloseCode.SHUTDOWN, () -> done[0]++);
        assertThat(transport(ann).closeCodes).containsExactly(3001);
        assertThat(done[0]).isZero();

        transport(ann).close();
        assertThat(done[0]).isEqualTo(1);
        fixture.instance.closeAll(CloseCode.SHUTDOWN, () -> done[0]++);
        assertThat(done[0]).isEqualTo(2);
    }
}
