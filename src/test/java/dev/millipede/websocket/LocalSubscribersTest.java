package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Channel;
import dev.millipede.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The races of interest on one instance, house rules 2, 5 and 8. */
class LocalSubscribersTest {
    private final InstanceFixture fixture = new InstanceFixture();
    private final List<RouterRecord> toRouter = new ArrayList<>();
    private final List<String> outcomes = new ArrayList<>();
    private Consumer<Joining> whenTold = joining -> {};
    private final LocalSubscribers subscribers = new LocalSubscribers(
            new Loop(fixture.loop, fixture.loop, fixture.allocator, fixture.metrics),
            new RouterLink(0, 0, toRouter::add),
            channel("broadcast"),
            new LocalSubscribers.Outcome() {
                @Override
                public void began(Joining joining, Terms terms) {}

                @Override
                public void joined(Joining joining) {
                    tell("joined ", joining);
                }

                @Override
                public void failed(Joining joining, ErrorCode error) {
                    tell("failed ", joining);
                }

                @Override
                public boolean takes(Joining joining, int bytes) {
                    return true;
                }
            });
    private final Channel room = channel("room:a");
    private final Connection ann = fixture.connection();
    private final Connection bob = fixture.connection();

    private void tell(String how, Joining joining) {
        assertThat(joining.ended).isTrue();
        outcomes.add(how + joining.command);
        whenTold.accept(joining);
    }

    private List<RouterRecord> toRouter() {
        List<RouterRecord> taken = List.copyOf(toRouter);
        toRouter.clear();
        return taken;
    }

    private int ask() {
        return Objects.requireNonNull(subscribers.get(room)).ask;
    }

    private void confirm(int ask) {
        subscribers.confirmed(new InterestConfirmed(room, ask));
    }

    private void refuse(int ask) {
        subscribers.refused(new InterestRefused(room, ask));
    }

    private Stream<Connection> members() {
        LocalChannel local = subscribers.get(room);
        return local == null ? Stream.empty() : Stream.of(local.members).limit(local.size);
    }

    private static Joining joining(Connection connection) {
        return Objects.requireNonNull(connection.pending).joins.get(0);
    }

    @Test
    void theFirstJoinerAsksTheRouterAndAllWaitForItsAnswer() {
        subscribers.join(ann, room, 1, null, false, null);
        assertThat(toRouter()).containsExactly(new Interest(0, room, ask()));
        subscribers.join(bob, room, 2, null, false, null);
        assertThat(toRouter()).isEmpty();
        assertThat(outcomes).isEmpty();
        assertThat(members()).isEmpty();
        assertThat(ann.waiting(room.name())).isNotNull();
        assertThat(subscribers.subscriptions()).isZero();

        confirm(ask());
        assertThat(outcomes).containsExactly("joined 1", "joined 2");
        assertThat(members()).containsExactly(ann, bob);
        assertThat(ann.pending).isNull();
        assertThat(ann.isSubscribed(room)).isTrue();
        assertThat(subscribers.subscriptions()).isEqualTo(2);
    }

    @Test
    void whoJoinsAConfirmedChannelIsInAtOnce() {
        subscribers.join(ann, room, 1, null, false, null);
        confirm(ask());
        toRouter();
        subscribers.join(bob, room, 2, null, false, null);

        assertThat(outcomes).containsExactly("joined 1", "joined 2");
        assertThat(toRouter()).isEmpty();
    }

    @Test
    void aSecondConfirmationTellsNobodyTwice() {
        subscribers.join(ann, room, 1, null, false, null);
        confirm(ask());
        confirm(ask());

        assertThat(outcomes).hasSize(1);
    }

    @Test
    void theAnswerToAnEarlierQuestionConfirmsAndRefusesNothing() {
        subscribers.join(ann, room, 1, null, false, null);
        int first = ask();
        subscribers.withdraw(joining(ann));
        subscribers.join(ann, room, 2, null, false, null);
        assertThat(ask()).isNotEqualTo(first);

        confirm(first);
        refuse(first);
        assertThat(outcomes).isEmpty();
        confirm(ask());
        assertThat(outcomes).containsExactly("joined 2");
    }

    @Test
    void answersForAChannelNobodyWantsAnyMoreAreDropped() {
        subscribers.join(ann, room, 1, null, false, null);
        int ask = ask();
        subscribers.leaveAll(ann);
        confirm(ask);
        refuse(ask);

        assertThat(outcomes).isEmpty();
        assertThat(subscribers.get(room)).isNull();
    }

    @Test
    void whoIsWithdrawnWhileJoiningReleasesTheInterestAndIsToldNothing() {
        subscribers.join(ann, room, 1, null, false, null);
        subscribers.join(bob, room, 2, null, false, null);
        subscribers.withdraw(joining(ann));
        assertThat(toRouter()).noneMatch(InterestEnded.class::isInstance);
        assertThat(ann.pending).isNull();

        subscribers.withdraw(joining(bob));
        assertThat(toRouter()).containsExactly(new InterestEnded(0, room));
        assertThat(outcomes).isEmpty();
        assertThat(subscribers.get(room)).isNull();
    }

    @Test
    void aRefusalFailsAllWhoWaitAndTheNextOneAsksAgain() {
        subscribers.join(ann, room, 1, null, false, null);
        subscribers.join(bob, room, 2, null, false, null);
        int first = ask();
        refuse(first);
        assertThat(outcomes).containsExactly("failed 1", "failed 2");
        assertThat(toRouter()).containsExactly(new Interest(0, room, first), new InterestEnded(0, room));
        assertThat(ann.pending).isNull();

        subscribers.join(ann, room, 3, null, false, null);
        assertThat(toRouter()).containsExactly(new Interest(0, room, ask()));
        confirm(ask());
        assertThat(outcomes).endsWith("joined 3");
    }

    @Test
    void nobodyWaitsLongerThanThreeSeconds() {
        subscribers.join(ann, room, 1, null, false, null);
        fixture.loop.now += 1_000_000_000L;
        subscribers.join(bob, room, 2, null, false, null);
        subscribers.expire(fixture.loop.now + 1_999_999_999L);
        assertThat(outcomes).isEmpty();

        subscribers.expire(fixture.loop.now + 2_000_000_000L);
        assertThat(outcomes).containsExactly("failed 1");
        assertThat(toRouter()).noneMatch(InterestEnded.class::isInstance);

        subscribers.expire(fixture.loop.now + 3_000_000_000L);
        assertThat(outcomes).containsExactly("failed 1", "failed 2");
        assertThat(toRouter()).containsExactly(new InterestEnded(0, room));
        assertThat(LocalSubscribers.JOIN_NANOS).isEqualTo(3_000_000_000L);
    }

    @Test
    void whoHasJoinedOrGivenUpIsNeverOverdue() {
        subscribers.join(ann, room, 1, null, false, null);
        confirm(ask());
        subscribers.join(bob, channel("room:b"), 2, null, false, null);
        subscribers.withdraw(joining(bob));
        subscribers.expire(fixture.loop.now + 10_000_000_000L);

        assertThat(outcomes).containsExactly("joined 1");
        assertThat(members()).containsExactly(ann);
    }

    @Test
    void theLastToLeaveEndsTheInterest() {
        subscribers.join(ann, room, 1, null, false, null);
        subscribers.join(bob, room, 2, null, false, null);
        confirm(ask());
        toRouter();
        subscribers.leave(ann, ann.find(room));
        assertThat(toRouter()).isEmpty();
        assertThat(ann.isSubscribed(room)).isFalse();

        subscribers.leave(bob, bob.find(room));
        assertThat(toRouter()).containsExactly(new InterestEnded(0, room));
        assertThat(subscribers.channels()).isZero();
        assertThat(subscribers.subscriptions()).isZero();
    }

    @Test
    void whoGoesLeavesAllItsChannelsAndJoins() {
        Channel other = channel("room:b");
        Channel slow = channel("room:c");
        List.of(room, other, slow).forEach(each -> subscribers.join(ann, each, 1, null, false, null));
        confirm(ask());
        subscribers.confirmed(new InterestConfirmed(other, Objects.requireNonNull(subscribers.get(other)).ask));
        toRouter();
        subscribers.leaveAll(ann);

        assertThat(toRouter())
                .containsExactlyInAnyOrder(
                        new InterestEnded(0, room), new InterestEnded(0, other), new InterestEnded(0, slow));
        assertThat(ann.channels()).isZero();
        assertThat(ann.pending).isNull();
    }

    @Test
    void aJoinerThatIsClosedInsideAnothersCallbackHasAlreadyLeft() {
        subscribers.join(ann, room, 1, null, false, null);
        subscribers.join(bob, room, 2, null, false, null);
        whenTold = joining -> {
            if (joining.connection == ann) {
                subscribers.leaveAll(bob);
            }
        };
        confirm(ask());

        assertThat(members()).containsExactly(ann);
        assertThat(bob.channels()).isZero();
        assertThat(subscribers.subscriptions()).isEqualTo(1);
    }

    @Test
    void whenAllLeaveInsideTheFirstCallbackTheInterestEnds() {
        subscribers.join(ann, room, 1, null, false, null);
        subscribers.join(bob, room, 2, null, false, null);
        whenTold = joining -> {
            subscribers.leaveAll(ann);
            subscribers.leaveAll(bob);
        };
        confirm(ask());

        assertThat(subscribers.get(room)).isNull();
        assertThat(toRouter()).endsWith(new InterestEnded(0, room));
    }

    @Test
    void whoJoinsAgainInsideTheCallbackOfARefusalAsksAgain() {
        subscribers.join(ann, room, 1, null, false, null);
        int first = ask();
        whenTold = joining -> {
            if (joining.command == 1) {
                subscribers.join(bob, room, 2, null, false, null);
            }
        };
        refuse(first);
        assertThat(ask()).isNotEqualTo(first);

        confirm(ask());
        assertThat(outcomes).containsExactly("failed 1", "joined 2");
    }

    @Test
    void broadcastsAreAskedForOnceForTheWholeInstance() {
        subscribers.start();
        LocalChannel everybody = Objects.requireNonNull(subscribers.everybody());
        assertThat(toRouter()).containsExactly(new Interest(0, everybody.channel, everybody.ask));
        subscribers.join(ann, everybody.channel, 0, null, false, null);
        subscribers.confirmed(new InterestConfirmed(everybody.channel, everybody.ask));
        subscribers.join(bob, everybody.channel, 0, null, false, null);
        assertThat(ann.broadcastSlot).isZero();
        assertThat(bob.broadcastSlot).isEqualTo(1);
        assertThat(subscribers.subscriptions()).isZero();

        subscribers.leaveAll(bob);
        subscribers.leaveBroadcast(ann);
        subscribers.leaveBroadcast(ann);
        assertThat(toRouter()).isEmpty();
        assertThat(everybody.liveMembers()).isZero();
        assertThat(subscribers.get(everybody.channel)).isSameAs(everybody);
    }

    @Test
    void refusedBroadcastsAreAskedForAgainWithTheNextTick() {
        subscribers.start();
        LocalChannel everybody = Objects.requireNonNull(subscribers.everybody());
        subscribers.join(ann, everybody.channel, 1, null, false, null);
        int first = everybody.ask;
        subscribers.refused(new InterestRefused(everybody.channel, first));
        assertThat(outcomes).containsExactly("failed 1");
        toRouter();

        subscribers.expire(fixture.loop.now);
        subscribers.expire(fixture.loop.now);
        assertThat(toRouter()).containsExactly(new Interest(0, everybody.channel, everybody.ask));
        subscribers.join(ann, everybody.channel, 2, null, false, null);
        subscribers.confirmed(new InterestConfirmed(everybody.channel, first));
        assertThat(outcomes).hasSize(1);
        subscribers.confirmed(new InterestConfirmed(everybody.channel, everybody.ask));
        assertThat(outcomes).containsExactly("failed 1", "joined 2");
    }

    @Test
    void refusedBroadcastsAreAskedForAgainAndNeverGivenUp() {
        List<RouterRecord> said = new ArrayList<>();
        LocalSubscribers alone = new LocalSubscribers(
                new Loop(fixture.loop, fixture.loop, fixture.allocator, fixture.metrics),
                new RouterLink(0, 0, said::add),
                channel("broadcast"),
                new JoinAnswers(fixture.instance));
        alone.start();
        Interest first = (Interest) said.remove(0);

        alone.refused(new InterestRefused(first.channel(), first.ask()));
        assertThat(said).isEmpty();

        alone.expire(fixture.loop.now);
        assertThat(said).hasSize(1);
        Interest second = (Interest) said.get(0);
        assertThat(second.channel()).isEqualTo(first.channel());
        assertThat(second.ask()).isNotEqualTo(first.ask());
    }

    @Test
    void whoJoinsRefusedBroadcastsBeforeTheNextTickAsksAtOnce() {
        subscribers.start();
        LocalChannel everybody = Objects.requireNonNull(subscribers.everybody());
        subscribers.refused(new InterestRefused(everybody.channel, everybody.ask));
        toRouter();
        subscribers.join(ann, everybody.channel, 1, null, false, null);
        assertThat(toRouter()).containsExactly(new Interest(0, everybody.channel, everybody.ask));

        subscribers.refused(new InterestRefused(everybody.channel, everybody.ask));
        assertThat(outcomes).containsExactly("failed 1");
    }

    @Test
    void broadcastsAreNotAskedForBeforeTheStart() {
        subscribers.expire(fixture.loop.now);

        assertThat(toRouter()).isEmpty();
    }

    @Test
    void withoutAutomaticBroadcastsNobodyIsAskedForThem() {
        LocalSubscribers plain = new LocalSubscribers(
                new Loop(fixture.loop, fixture.loop, fixture.allocator, fixture.metrics),
                new RouterLink(0, 0, toRouter::add),
                null,
                new JoinAnswers(fixture.instance));
        plain.start();
        plain.leaveBroadcast(ann);
        plain.expire(fixture.loop.now);

        assertThat(plain.everybody()).isNull();
        assertThat(toRouter()).isEmpty();
    }
}
