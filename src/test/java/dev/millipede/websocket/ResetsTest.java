package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.kept;
import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import dev.millipede.recovery.RecoveryConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members of a channel whose publications are lost; the default spread is five seconds. */
class ResetsTest {
    private static final String ROOM = "room:a";
    private static final String USER = "user:ann";
    private static final int TICKS = (int) RecoveryConfig.DEFAULTS.resetSpread().toMillis() / Heartbeat.TICK_MILLIS;
    private static final String ENDED =
            "{\"push\":{\"channel\":\"room:a\",\"unsubscribe\":{\"code\":2500,\"reason\":\"insufficient state\"}}}";

    private final InstanceFixture fixture = new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS);
    private final Connection ann = member();

    @BeforeEach
    void nothingWasSaid() {
        heard(ann);
        fixture.toRouter();
    }

    @AfterEach
    void everyBufferIsReleased() {
        fixture.loop.settle();
        assertThat(fixture.unreleased()).isZero();
    }

    private Connection member() {
        Connection connection = fixture.connection();
        connection.user = "ann";
        subscribe(connection);
        return connection;
    }

    private List<Connection> members(int count) {
        List<Connection> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(member());
        }
        members.forEach(this::heard);
        fixture.toRouter();
        return members;
    }

    private void subscribe(Connection connection) {
        fixture.instance.commands.accept(connection, new Command.Subscribe(1, ROOM, null));
    }

    private void unsubscribe(Connection connection) {
        fixture.instance.commands.accept(connection, new Command.Unsubscribe(2, ROOM));
    }

    private List<String> heard(Connection who) {
        fixture.loop.settle();
        return transport(who).taken();
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            fixture.instance.resets.tick();
        }
        fixture.loop.settle();
    }

    private static String pushes(String channel, String epoch, long offset) {
        return "{\"push\":{\"channel\":\"" + channel
                + "\",\"unsubscribe\":{\"code\":2500,\"reason\":\"insufficient state\"}}}\n"
                + "{\"push\":{\"channel\":\""
                + channel + "\",\"subscribe\":{\"recoverable\":true,\"epoch\":\"" + epoch + "\",\"offset\":" + offset
                + ",\"positioned\":true}}}";
    }

    @Test
    void whoSubscribedItselfIsToldToDoSoAgainAndGetsNothingUntilThen() {
        fixture.lose(ROOM, new Position("f", 3));
        fixture.publish(ROOM, "four");
        assertThat(heard(ann)).isEmpty();
        assertThat(fixture.instance.subscribers.subscriptions()).isEqualTo(1);
        tick(TICKS);
        fixture.publish(ROOM, "five");

        assertThat(heard(ann)).containsExactly(ENDED);
        assertThat(ann.isSubscribed(kept(ROOM))).isFalse();
        assertThat(fixture.instance.subscribers.subscriptions()).isZero();
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(ROOM)));
    }

    @Test
    void whoComesBackIsAskedForAtTheNewPosition() {
        Connection bob = members(1).get(0);
        fixture.lose(ROOM, new Position("f", 3));
        tick(TICKS);
        assertThat(heard(ann)).containsExactly(ENDED);
        fixture.instance.commands.accept(ann, new Command.Subscribe(5, ROOM, null, new Since("f", 3), true));

        assertThat(heard(ann)).hasSize(1).first().asString().contains("\"id\":5", "\"recovered\":true");
        heard(bob);
    }

    @Test
    void whoWasSubscribedByTheServerIsToldInOneFrameAndGetsExactlyWhatComesAfterThatPosition() {
        Connection eve = fixture.connected("ann", Map.of());
        heard(eve);
        fixture.lose(USER, new Position("f", 3));
        fixture.publish(USER, "four");
        assertThat(heard(eve)).isEmpty();
        assertThat(eve.isSubscribed(kept(USER))).isTrue();
        tick(TICKS);
        fixture.publish(USER, "five");

        assertThat(heard(eve)).containsExactly(pushes(USER, "f", 4), "five");
        assertThat(fixture.toRouter()).noneMatch(InterestEnded.class::isInstance);
    }

    @Test
    void broadcastsAreBegunAgainForWhomTheServerSubscribedAndEndedForWhoDidSoItself() {
        Connection eve = fixture.connected("", Map.of());
        Connection bob = fixture.connected("", Map.of());
        fixture.instance.commands.accept(bob, new Command.Unsubscribe(2, "broadcast"));
        fixture.instance.commands.accept(bob, new Command.Subscribe(3, "broadcast", null));
        List.of(eve, bob).forEach(this::heard);
        fixture.lose("broadcast", new Position("f", 3));
        tick(TICKS);
        fixture.publish("broadcast", "four");

        assertThat(heard(eve)).containsExactly(pushes("broadcast", "f", 3), "four");
        assertThat(heard(bob)).containsExactly(ENDED.replace(ROOM, "broadcast"));
        assertThat(bob.isSubscribed(kept("broadcast"))).isFalse();
    }

    @Test
    void membersAreToldEvenlyOverTheSpreadAndInRandomOrder() {
        List<Connection> members = members(2_000);
        fixture.lose(ROOM, new Position("f", 3));
        List<Integer> order = new ArrayList<>();
        int half = 0;
        for (int tick = 1; tick <= TICKS; tick++) {
            tick(1);
            for (int i = 0; i < members.size(); i++) {
                if (!transport(members.get(i)).taken().isEmpty()) {
                    order.add(i);
                }
            }
            half = tick == TICKS / 2 ? order.size() : half;
            assertThat(order).hasSizeBetween(2_000 * tick / TICKS - 150, 2_000 * tick / TICKS + 150);
        }

        assertThat(order).hasSize(2_000).doesNotHaveDuplicates();
        assertThat(half).isBetween(850, 1_150);
        assertThat(order.subList(0, 1_000).stream().filter(i -> i < 1_000)).hasSizeBetween(400, 600);
        heard(ann);
    }

    @Test
    void tellingManyAtOnceGivesTheLoopBackInBetween() {
        List<Connection> members = members(3_000);
        members.forEach(each -> transport(each).writeNanos = 100_000);
        fixture.loop.longest = 0;
        fixture.lose(ROOM, new Position("f", 3));
        for (int i = 0; i < TICKS; i++) {
            long before = fixture.loop.now;
            fixture.instance.resets.tick();
            assertThat(fixture.loop.now - before).isLessThan(4_000_000);
            fixture.loop.settle();
        }

        assertThat(fixture.loop.longest).isLessThan(4_000_000);
        assertThat(members).allMatch(each -> heard(each).equals(List.of(ENDED)));
        heard(ann);
    }

    @Test
    void aSecondLossIsNoSecondPush() {
        Connection eve = fixture.connected("ann", Map.of());
        heard(eve);
        fixture.lose(USER, new Position("f", 3));
        tick(1);
        List<String> first = heard(eve);
        fixture.lose(USER, new Position("g", 1));
        fixture.lose(USER, new Position("h", 9));
        tick(2 * TICKS);

        assertThat(first.size() + heard(eve).size()).isEqualTo(1 + first.size());
        fixture.publish(USER, "ten");
        assertThat(heard(eve)).containsExactly("ten");
    }

    @Test
    void whoJoinsBetweenTwoLossesIsToldOnceToo() {
        fixture.lose(ROOM, new Position("f", 3));
        Connection bob = member();
        assertThat(heard(bob)).hasSize(1);
        fixture.lose(ROOM, new Position("g", 3));
        tick(TICKS);

        assertThat(heard(ann)).containsExactly(ENDED);
        assertThat(heard(bob)).containsExactly(ENDED);
    }

    @Test
    void whoUnsubscribesBeforeItIsToldIsNotTold() {
        fixture.lose(ROOM, new Position("f", 3));
        unsubscribe(ann);
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(ROOM)));
        tick(TICKS);

        assertThat(heard(ann)).containsExactly("{\"id\":2,\"unsubscribe\":{}}");
        assertThat(fixture.instance.subscribers.subscriptions()).isZero();
    }

    @Test
    void whoSubscribesAgainBeforeItIsToldIsNotTold() {
        fixture.lose(ROOM, new Position("f", 3));
        unsubscribe(ann);
        subscribe(ann);
        heard(ann);
        tick(TICKS);
        fixture.publish(ROOM, "four");

        assertThat(heard(ann)).containsExactly("four");
    }

    @Test
    void whoClosesBeforeItIsToldJustGoes() {
        Connection bob = members(1).get(0);
        Connection eve = fixture.connected("", Map.of());
        heard(eve);
        fixture.lose(ROOM, new Position("f", 3));
        fixture.lose("broadcast", new Position("f", 3));
        transport(ann).close();
        transport(eve).close();
        assertThat(fixture.toRouter()).isEmpty();
        tick(TICKS);

        assertThat(heard(ann)).isEmpty();
        assertThat(heard(bob)).containsExactly(ENDED);
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(ROOM)));
        assertThat(fixture.instance.connections()).isEqualTo(1);
    }

    @Test
    void aSuspendedMemberIsStillSubscribed() {
        fixture.lose(ROOM, new Position("f", 3));
        subscribe(ann);

        assertThat(heard(ann)).hasSize(1).first().asString().contains("\"code\":105");
        assertThat(fixture.toRouter()).isEmpty();
    }

    @Test
    void whatWaitsForAMemberThatLostItsPlaceIsNotDelivered() {
        List<Connection> members = members(2 * LocalChannel.SMALL);
        members.forEach(each -> transport(each).writeNanos = 500_000);
        fixture.publish(ROOM, "one");
        fixture.loop.turn();
        fixture.publish(ROOM, "two");
        fixture.lose(ROOM, new Position("f", 3));
        Connection late = member();
        fixture.publish(ROOM, "four");
        fixture.loop.settle();

        assertThat(transport(late).taken()).hasSize(2).last().isEqualTo("four");
        assertThat(members).allSatisfy(each -> assertThat(transport(each).texts).doesNotContain("two", "four"));
        assertThat(members).anySatisfy(each -> assertThat(transport(each).texts).containsExactly("one"));
        assertThat(members).anySatisfy(each -> assertThat(transport(each).texts).isEmpty());
    }

    @Test
    void aLossBeforeConnectIsAnsweredIsToldAfterTheReply() {
        Connection eve = fixture.connected("ann", Map.of("broadcast", new Since("other", 1)));
        fixture.publish(USER, "one");
        fixture.loop.settle();
        fixture.lose(USER, new Position("f", 3));
        tick(TICKS);
        assertThat(heard(eve)).isEmpty();
        fixture.giveUp(fixture.asksWhatItMissed("broadcast"));
        List<String> heard = heard(eve);

        assertThat(heard.get(0)).contains("\"epoch\":\"e\"");
        assertThat(heard.subList(1, heard.size())).containsExactly("one", pushes(USER, "f", 3));
    }

    @Test
    void whatThereIsNoMemoryForLosesTheMembersTheirPlace() {
        fixture.publish(ROOM, "one");
        fixture.exhausted = true;
        fixture.loop.settle();
        fixture.exhausted = false;
        fixture.publish(ROOM, "two");
        assertThat(heard(ann)).isEmpty();
        tick(TICKS);

        assertThat(heard(ann)).containsExactly(ENDED);
        assertThat(fixture.metric("millipede_publications_dropped_total")).isEqualTo(1);
        assertThat(fixture.givenBack).isEqualTo("onetwo".length());
    }

    @Test
    void aLossInAChannelNobodyHereHasIsNoConcernOfOurs() {
        fixture.lose("room:b", new Position("f", 3));
        tick(TICKS);

        assertThat(fixture.toRouter()).isEmpty();
    }
}
