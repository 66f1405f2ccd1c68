package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.kept;
import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.InstanceRecord.ConfirmationsVoid;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscribing to a channel that keeps history, from now on or from where one was; the room stands at offset 5 of epoch e. */
class RecoveryTest {
    private static final String ROOM = "room:a";

    private final InstanceFixture fixture = new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS);
    private final Connection ann = user();
    private final Connection bob = user();

    private Connection user() {
        Connection connection = fixture.connection();
        connection.user = "ann";
        return connection;
    }

    @BeforeEach
    void theRoomStandsAtFive() {
        fixture.stands.put(ROOM, new Position("e", 5));
        fixture.toRouter();
    }

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private void says(Connection who, Command... commands) {
        for (Command command : commands) {
            fixture.instance.commands.accept(who, command);
        }
    }

    private List<String> heard(Connection who) {
        fixture.loop.settle();
        return transport(who).taken();
    }

    private static Command.Subscribe since(String epoch, long offset) {
        return new Command.Subscribe(9, ROOM, null, new Since(epoch, offset), false);
    }

    private static Command.Subscribe strict(String epoch, long offset) {
        return new Command.Subscribe(9, ROOM, null, new Since(epoch, offset), true);
    }

    private Recover asksWhatItMissed() {
        Recover asked = fixture.asksWhatItMissed(ROOM);
        fixture.toRouter();
        return asked;
    }

    private void annIsThere() {
        says(ann, new Command.Subscribe(1, ROOM, null));
        heard(ann);
        fixture.toRouter();
    }

    private static String subscribed(String body) {
        return "{\"id\":9,\"subscribe\":{\"recoverable\":true,\"epoch\":\"e\"," + body + "}}";
    }

    private static String recovered(long offset, String publications) {
        return subscribed(publications + "\"recovered\":true,\"offset\":" + offset
                + ",\"positioned\":true,\"was_recovering\":true");
    }

    private static String notRecovered(long offset) {
        return subscribed("\"offset\":" + offset + ",\"positioned\":true,\"was_recovering\":true");
    }

    private static final String FAILED =
            "{\"id\":9,\"error\":{\"code\":100,\"message\":\"internal server error\",\"temporary\":true}}";
    private static final String UNRECOVERABLE =
            "{\"id\":9,\"error\":{\"code\":112,\"message\":\"unrecoverable position\"}}";

    @Test
    void whoSubscribesIsToldWhereTheChannelStands() {
        says(ann, new Command.Subscribe(9, ROOM, null));
        assertThat(heard(ann)).containsExactly(subscribed("\"offset\":5,\"positioned\":true"));

        fixture.publish(ROOM, "six");
        says(bob, new Command.Subscribe(9, ROOM, null));
        assertThat(heard(bob)).containsExactly(subscribed("\"offset\":6,\"positioned\":true"));
    }

    @Test
    void publicationsWithoutAnOffsetAreDeliveredAndChangeNoPosition() {
        annIsThere();
        fixture.deliver(kept(ROOM), "plain".getBytes(UTF_8));
        fixture.publish(ROOM, "six");
        assertThat(heard(ann)).containsExactly("plain", "six");

        says(bob, since("e", 6));
        assertThat(heard(bob)).containsExactly(recovered(6, ""));
    }

    @Test
    void whoHasSeenEverythingIsRecoveredAndTheRouterIsNotAsked() {
        annIsThere();
        says(bob, since("e", 5));
        assertThat(heard(bob)).containsExactly(recovered(5, ""));

        Connection eve = user();
        says(eve, since("", 5));
        assertThat(heard(eve)).containsExactly(recovered(5, ""));
        assertThat(fixture.toRouter()).isEmpty();
    }

    @Test
    void whoMissedSomethingHearsItInTheReplyAndThenWhatComes() {
        says(ann, since("e", 3));
        Recover asked = fixture.asksWhatItMissed(ROOM);
        assertThat(asked.since()).isEqualTo(new Since("e", 3));
        assertThat(heard(ann)).isEmpty();
        assertThat(ann.isSubscribed(kept(ROOM))).isFalse();

        fixture.recover(asked, "4", "5");
        fixture.publish(ROOM, "six");
        assertThat(heard(ann)).containsExactly(recovered(3, "\"publications\":[4,5],"), "six");
        assertThat(ann.isSubscribed(kept(ROOM))).isTrue();
    }

    @Test
    void whatCannotBeRecoveredIsSaidWithThePositionOfTheChannel() {
        for (Command.Subscribe command : List.of(since("other", 5), since("e", 7), since("e", 1))) {
            Connection client = user();
            says(client, command);
            fixture.giveUp(asksWhatItMissed());
            assertThat(heard(client)).containsExactly(notRecovered(5));
            transport(client).close();
        }
    }

    @Test
    void whoWouldRatherHaveAnErrorGetsItAndIsNotSubscribed() {
        says(ann, strict("e", 1));
        fixture.giveUp(asksWhatItMissed());
        assertThat(heard(ann)).containsExactly(UNRECOVERABLE);
        assertThat(ann.channels()).isZero();
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(ROOM)));

        says(ann, strict("e", 5));
        assertThat(heard(ann)).containsExactly(recovered(5, ""));
    }

    @Test
    void whatIsWaitingForTheMembersIsInTheReplyOrComesAfterItButNotBoth() {
        annIsThere();
        says(bob, since("e", 4));
        Recover asked = asksWhatItMissed();
        fixture.publish(ROOM, "six");
        fixture.publish(ROOM, "seven");
        fixture.recover(asked, "5", "6", "7");
        fixture.publish(ROOM, "eight");

        assertThat(heard(bob)).containsExactly(recovered(4, "\"publications\":[5,6,7],"), "eight");
        assertThat(heard(ann)).containsExactly("six", "seven", "eight");
    }

    @Test
    void whoWaitsForTheConfirmationIsAskedForOnlyAfterIt() {
        fixture.confirms = false;
        says(ann, since("e", 4));
        says(bob, new Command.Subscribe(9, ROOM, null));
        Interest interest = fixture.asked(ROOM);
        assertThat(fixture.toRouter()).containsExactly(interest);

        fixture.confirm(interest);
        assertThat(heard(bob)).containsExactly(subscribed("\"offset\":5,\"positioned\":true"));
        fixture.publish(ROOM, "six");
        fixture.recover(asksWhatItMissed(), "5", "6");
        assertThat(heard(ann)).containsExactly(recovered(4, "\"publications\":[5,6],"));
        assertThat(heard(bob)).containsExactly("six");
    }

    @Test
    void afterALossWhoSeemsToHaveSeenEverythingWaitsForTheConfirmationAllTheSame() {
        annIsThere();
        fixture.confirms = false;
        fixture.instance.told(new ConfirmationsVoid());
        says(bob, since("e", 5));
        assertThat(heard(bob)).isEmpty();
        fixture.publish(ROOM, "six");
        fixture.confirm(fixture.asked(ROOM));
        assertThat(heard(bob)).isEmpty();

        fixture.recover(asksWhatItMissed(), "6");
        assertThat(heard(bob)).containsExactly(recovered(5, "\"publications\":[6],"));
        assertThat(heard(ann)).containsExactly("six");
    }

    @Test
    void whoHasAskedBeforeALossIsAnsweredAfterIt() {
        annIsThere();
        says(bob, since("e", 4));
        Recover asked = asksWhatItMissed();
        fixture.instance.told(new ConfirmationsVoid());
        fixture.recover(asked, "5");

        assertThat(heard(bob)).containsExactly(recovered(4, "\"publications\":[5],"));
    }

    @Test
    void aRecoveryThatIsRefusedOrLateIs100AndItsAnswerIsDropped() {
        says(ann, since("e", 1));
        Recover refused = asksWhatItMissed();
        fixture.instance.told(new RecoveryRefused(kept(ROOM), refused.ask()));
        assertThat(heard(ann)).containsExactly(FAILED);
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(ROOM)));

        says(ann, since("e", 1));
        Recover late = asksWhatItMissed();
        fixture.recover(refused, "2", "3", "4", "5");
        assertThat(heard(ann)).isEmpty();
        fixture.instance.subscribers.expire(fixture.loop.now + LocalSubscribers.JOIN_NANOS - 1);
        assertThat(heard(ann)).isEmpty();
        fixture.instance.subscribers.expire(fixture.loop.now + LocalSubscribers.JOIN_NANOS);
        assertThat(heard(ann)).containsExactly(FAILED);
        fixture.recover(late, "2", "3", "4", "5");
        assertThat(heard(ann)).isEmpty();
        assertThat(ann.channels()).isZero();
        assertThat(fixture.instance.subscribers.get(kept(ROOM))).isNull();
    }

    @Test
    void commandsForTheChannelWaitWhileItIsRecovered() {
        says(ann, since("e", 4), new Command.Unsubscribe(10, ROOM), new Command.History(11, ROOM, 0, null, false));
        Recover asked = asksWhatItMissed();
        assertThat(heard(ann)).isEmpty();

        fixture.recover(asked, "5");
        fixture.publish(ROOM, "six");
        assertThat(heard(ann))
                .containsExactly(
                        recovered(4, "\"publications\":[5],"),
                        "{\"id\":10,\"unsubscribe\":{}}",
                        "{\"id\":11,\"error\":{\"code\":103,\"message\":\"permission denied\"}}");
    }

    @Test
    void whoClosesWhileItIsRecoveredIsForgotten() {
        says(ann, since("e", 4));
        Recover asked = asksWhatItMissed();
        transport(ann).close();
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(ROOM)));
        fixture.recover(asked, "5");

        assertThat(heard(ann)).isEmpty();
        assertThat(fixture.instance.subscribers.get(kept(ROOM))).isNull();
    }

    @Test
    void whoAsksKeepsTheChannelOpenWhenItsMembersLeave() {
        annIsThere();
        says(bob, since("e", 4));
        Recover asked = asksWhatItMissed();
        says(ann, new Command.Unsubscribe(2, ROOM));
        assertThat(fixture.toRouter()).isEmpty();
        fixture.publish(ROOM, "six");
        fixture.recover(asked, "5", "6");

        assertThat(heard(bob)).containsExactly(recovered(4, "\"publications\":[5,6],"));
        heard(ann);
    }

    @Test
    void whatTheOutboxCannotHoldIsNotRecoveredRatherThanClosedAsSlow() {
        String half = '"' + "x".repeat(WebSocketConfig.DEFAULTS.outboxLimit() / 2) + '"';
        says(ann, since("e", 3));
        fixture.recover(asksWhatItMissed(), half, half);
        assertThat(heard(ann)).containsExactly(notRecovered(5));

        says(bob, strict("e", 3));
        fixture.recover(asksWhatItMissed(), half, half);
        assertThat(heard(bob)).containsExactly(UNRECOVERABLE);

        transport(bob).full = true;
        says(bob, since("e", 4));
        fixture.recover(asksWhatItMissed(), half);
        assertThat(heard(bob)).hasSize(1).first().asString().contains("\"recovered\":true");
        says(bob, new Command.Unsubscribe(1, ROOM), since("e", 4));
        fixture.recover(asksWhatItMissed(), half);
        assertThat(heard(bob)).hasSize(2).last().isEqualTo(notRecovered(5));
        assertThat(bob.isOpen()).isTrue();
        transport(bob).close();
    }

    @Test
    void aChannelWithoutHistoryRecoversNothingAndSaysSo() {
        Since since = new Since("e", 5);
        says(ann, new Command.Subscribe(1, "plain:a", null));
        says(ann, new Command.Subscribe(2, "plain:b", null, since, false));
        says(ann, new Command.Subscribe(9, "plain:c", null, since, true));

        assertThat(heard(ann))
                .containsExactly(
                        "{\"id\":1,\"subscribe\":{}}",
                        "{\"id\":2,\"subscribe\":{\"was_recovering\":true}}",
                        UNRECOVERABLE);
        assertThat(fixture.toRouter())
                .noneMatch(Recover.class::isInstance)
                .endsWith(new InterestEnded(0, kept("plain:c")));
        assertThat(fixture.instance.subscribers.get(kept("plain:c"))).isNull();
    }

    @Test
    void whoFailsBesideOthersDoesNotCloseTheChannelForThem() {
        Channel plain = kept("plain:a");
        fixture.confirms = false;
        says(ann, new Command.Subscribe(9, "plain:a", null, new Since("e", 5), true));
        says(bob, new Command.Subscribe(1, "plain:a", null));
        fixture.confirm(fixture.asked("plain:a"));
        fixture.deliver(plain, "1".getBytes(UTF_8));

        assertThat(heard(ann)).containsExactly(UNRECOVERABLE);
        assertThat(heard(bob)).containsExactly("{\"id\":1,\"subscribe\":{}}", "1");
        assertThat(fixture.toRouter()).noneMatch(InterestEnded.class::isInstance);
    }

    @Test
    void aLossWhileAJoinerWaitsIsAnsweredWithTheNewPosition() {
        annIsThere();
        says(bob, since("e", 4));
        Recover asked = asksWhatItMissed();
        fixture.lose(ROOM, new Position("f", 2));
        assertThat(heard(bob)).isEmpty();
        fixture.giveUp(asked);
        fixture.publish(ROOM, "three");

        assertThat(heard(bob)).containsExactly(notRecovered(2).replace("\"e\"", "\"f\""), "three");
        assertThat(heard(ann)).isEmpty();
    }

    @Test
    void onlyChannelsThatKeepHistoryAreLargerForIt() {
        says(ann, new Command.Subscribe(1, "plain:a", null), new Command.Subscribe(2, ROOM, null));
        heard(ann);

        assertThat(Objects.requireNonNull(fixture.instance.subscribers.get(kept("plain:a"))))
                .isExactlyInstanceOf(LocalChannel.class);
        assertThat(fixture.instance.subscribers.get(kept(ROOM))).isInstanceOf(PositionedChannel.class);
    }
}
