package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static dev.millipede.websocket.InstanceFixture.forget;
import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.RouterRecord.ChannelBehind;
import dev.millipede.bus.RouterRecord.ChannelCaughtUp;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Namespaces;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A delivery takes 8 µs here, twice to four times what it takes on a real socket. */
class FanOutTest {
    private static final int KIB = 1024;

    private InstanceFixture fixture = new InstanceFixture();

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    @ParameterizedTest(name = "{0} rooms of {1}, write {2} ns, flush {3} ns")
    @CsvSource({
        "1, 1, 8000, 0",
        "1, 31, 8000, 0",
        "1, 33, 8000, 0",
        "1, 10000, 8000, 0",
        "1, 10000, 1000, 7000",
        "1, 100000, 8000, 0",
        "1, 100000, 1000, 7000",
        "3000, 1, 8000, 0",
        "3000, 1, 1000, 7000",
        "400, 31, 8000, 0",
        "400, 32, 1000, 7000",
        "400, 33, 8000, 0",
        "400, 33, 1000, 7000",
        "20, 1000, 1000, 7000",
    })
    void aFakeClockProvesThatNoSliceExceedsItsBudget(int rooms, int members, long writeNanos, long flushNanos) {
        fill(rooms, members, writeNanos, flushNanos);

        publishToAll(rooms);
        int first = fixture.loop.settle();
        publishToAll(rooms);
        publishToAll(rooms);
        fixture.loop.settle();

        assertThat(fixture.metric("millipede_deliveries_total")).isEqualTo(3.0 * rooms * members);
        assertThat(fixture.loop.longest).isPositive().isLessThanOrEqualTo(FanOut.SLICE_NANOS);
        long work = (long) rooms * members * (writeNanos + flushNanos);
        assertThat(first).isGreaterThanOrEqualTo((int) (work / FanOut.SLICE_NANOS));
    }

    @Test
    void withoutSlicesTheLoopIsHeldForAsLongAsItTakes() {
        fixture = new InstanceFixture(Namespaces.DEFAULTS, false, FanOut.UNSLICED);
        fill(1, 10_000, 8_000, 0);

        publishToAll(1);
        fixture.loop.settle();

        assertThat(fixture.loop.longest).isEqualTo(10_000 * 8_000L);
    }

    private void fill(int rooms, int members, long writeNanos, long flushNanos) {
        for (int room = 0; room < rooms; room++) {
            for (Connection member : fixture.members("room:" + room, members)) {
                FakeTransport transport = transport(member);
                transport.remembers = false;
                transport.writeNanos = writeNanos;
                transport.flushNanos = flushNanos;
            }
        }
    }

    private void publishToAll(int rooms) {
        for (int room = 0; room < rooms; room++) {
            fixture.deliver("room:" + room, "x".repeat(128));
        }
    }

    @Test
    void aMessageToOneIsInTheFirstSliceAfterItCameThoughTwentyRoomsAreBusy() {
        fill(20, 5_000, 8_000, 0);
        Connection ann = fixture.members("room:ann", 1).get(0);
        publishToAll(20);
        for (int slice = 0; slice < 7; slice++) {
            fixture.loop.turn();
            fixture.deliver("room:ann", "m" + slice);
            assertThat(transport(ann).taken()).isEmpty();

            fixture.loop.turn();
            assertThat(transport(ann).taken()).containsExactly("m" + slice);
        }
        fixture.loop.settle();
        assertThat(fixture.loop.longest).isLessThanOrEqualTo(FanOut.SLICE_NANOS);
    }

    @Test
    void aHundredMessagesToOneEachGoBeforeTheRooms() {
        fill(20, 5_000, 8_000, 0);
        List<Connection> users = IntStream.range(0, 100)
                .mapToObj(i -> fixture.members("room:user" + i, 1).get(0))
                .toList();
        publishToAll(20);
        fixture.loop.turn();
        for (int i = 0; i < 100; i++) {
            fixture.deliver("room:user" + i, "m");
        }
        fixture.loop.turn();

        assertThat(users).allMatch(user -> transport(user).writes == 1);
        fixture.loop.settle();
    }

    @Test
    void aChannelThatGrewWhileItWaitedInTheSmallQueueIsSliced() {
        fill(1, 30, 8_000, 0);
        fixture.deliver("room:0", "for thirty");
        for (int i = 0; i < 2_000; i++) {
            Connection late = fixture.connection();
            transport(late).remembers = false;
            fixture.join(late, "room:0");
            transport(late).writeNanos = 8_000;
        }
        fixture.deliver("room:0", "for all");
        fixture.loop.settle();

        assertThat(fixture.metric("millipede_deliveries_total")).isEqualTo(30 + 2_030);
        assertThat(fixture.loop.longest).isLessThanOrEqualTo(FanOut.SLICE_NANOS);
    }

    @Test
    void roomsTakeTurnsSliceBySlice() {
        fill(2, 5_000, 8_000, 0);
        publishToAll(2);
        for (int slice = 0; slice < 10; slice++) {
            fixture.loop.turn();
        }
        long first = writes("room:0");
        long second = writes("room:1");

        assertThat(first).isPositive().isLessThan(5_000);
        assertThat(second).isBetween(first / 2, first * 2);
        fixture.loop.settle();
    }

    private long writes(String room) {
        long sum = 0;
        for (Connection member : fixture.local(room).members) {
            sum += member == null ? 0 : transport(member).writes;
        }
        return sum;
    }

    @Test
    void whatArrivesDuringAPassIsJoinedInTheNextOne() {
        List<Connection> members = fixture.members("room:a", 1_000);
        members.forEach(member -> transport(member).writeNanos = 8_000);
        fixture.deliver("room:a", "1");
        fixture.loop.turn();
        for (String late : List.of("2", "3", "4")) {
            fixture.deliver("room:a", late);
            fixture.loop.turn();
        }
        fixture.loop.settle();

        assertThat(members).allSatisfy(member -> {
            assertThat(transport(member).texts).containsExactly("1", "2", "3", "4");
            assertThat(transport(member).writes).isEqualTo(2);
        });
    }

    @Test
    void whatArrivesTogetherIsWrittenAndFlushedTogether() {
        List<Connection> members = fixture.members("room:a", 3);
        List<String> burst = IntStream.range(0, 100).mapToObj(i -> "p" + i).toList();
        burst.forEach(push -> fixture.deliver("room:a", push));
        fixture.loop.settle();

        assertThat(members).allSatisfy(member -> {
            assertThat(transport(member).texts).isEqualTo(burst);
            assertThat(transport(member).writes).isEqualTo(1);
            assertThat(transport(member).flushes).isEqualTo(1);
        });
    }

    @Test
    void whoJoinsDuringAPassGetsOnlyWhatComesAfterAndIsBehindIt() {
        List<Connection> members = fixture.members("room:a", 1_000);
        members.forEach(member -> transport(member).writeNanos = 8_000);
        fixture.deliver("room:a", "before");
        fixture.loop.turn();
        Connection late = fixture.connection();
        fixture.join(late, "room:a");
        forget(late);
        fixture.deliver("room:a", "after");
        fixture.loop.settle();

        assertThat(transport(late).texts).containsExactly("after");
        assertThat(transport(members.get(999)).texts).containsExactly("before", "after");
    }

    @Test
    void onePassTakesNoMoreThanItsBytesButAlwaysOnePublication() {
        Connection member = fixture.members("room:a", 1).get(0);
        fixture.deliver("room:a", "a".repeat(300 * KIB));
        fixture.deliver("room:a", "b".repeat(200 * KIB));
        fixture.deliver("room:a", "c".repeat(55 * KIB));
        fixture.deliver("room:a", "d".repeat(2 * KIB));
        fixture.loop.settle();

        assertThat(transport(member).texts)
                .extracting(text -> text.charAt(0) + " " + text.length() / KIB)
                .containsExactly("a 300", "b 200", "c 55", "d 2");
        assertThat(transport(member).writes).isEqualTo(3);
    }

    @Test
    void aPublicationForNobodyIsGivenBackAtOnce() {
        fixture.deliver("room:nobody", "12345");
        assertThat(fixture.givenBack).isEqualTo(5);

        Connection member = fixture.members("room:a", 1).get(0);
        fixture.leave(member, "room:a");
        fixture.deliver("room:a", "123");

        assertThat(fixture.givenBack).isEqualTo(8);
        assertThat(fixture.loop.settle()).isZero();
    }

    @Test
    void whatAVanishedChannelHadWaitingIsGivenBack() {
        List<Connection> members = fixture.members("room:a", 1_000);
        members.forEach(member -> transport(member).writeNanos = 8_000);
        fixture.deliver("room:a", "12345");
        fixture.loop.turn();
        fixture.deliver("room:a", "678");
        members.forEach(member -> fixture.leave(member, "room:a"));
        assertThat(fixture.toRouter()).contains(new InterestEnded(0, channel("room:a")));
        assertThat(fixture.givenBack).isZero();

        Connection again = fixture.connection();
        fixture.join(again, "room:a");
        forget(again);
        fixture.deliver("room:a", "90");
        fixture.loop.settle();

        assertThat(fixture.givenBack).isEqualTo(10);
        assertThat(transport(again).texts).containsExactly("90");
    }

    @Test
    void departuresDuringAPassLeaveNoGapsBehind() {
        List<Connection> members = fixture.members("room:a", 1_000);
        members.forEach(member -> transport(member).writeNanos = 8_000);
        fixture.deliver("room:a", "1");
        fixture.loop.turn();
        for (int i = 0; i < 1_000; i += 3) {
            fixture.leave(members.get(i), "room:a");
        }
        LocalChannel room = fixture.local("room:a");
        assertThat(room.size).isEqualTo(1_000);
        fixture.loop.settle();

        assertThat(room.size).isEqualTo(room.liveMembers()).isEqualTo(666);
        assertThat(transport(members.get(999)).texts).isEmpty();
        assertThat(transport(members.get(998)).texts).containsExactly("1");
    }

    @Test
    void aSlowMemberIsClosedDuringThePassAndTheOthersGetIt() {
        List<Connection> members = fixture.members("room:a", 52);
        transport(members.get(50)).full = true;
        int limit = WebSocketConfig.DEFAULTS.outboxLimit();
        int pushes = limit / (200 * KIB) + 1;
        members.subList(0, 50).forEach(member -> transport(member).remembers = false);
        for (int i = 0; i < pushes; i++) {
            deliver(1, "x".repeat(200 * KIB));
            fixture.loop.settle();
        }

        assertThat(transport(members.get(50)).closeCodes).containsExactly(3008);
        assertThat(transport(members.get(50)).texts).hasSize(pushes - 1);
        assertThat(transport(members.get(51)).texts).hasSize(pushes);
        assertThat(fixture.local("room:a").size).isEqualTo(51);
        assertThat(fixture.metric("millipede_deliveries_total")).isEqualTo(52.0 * pushes - 1);
    }

    private void deliver(int times, String push) {
        for (int i = 0; i < times; i++) {
            fixture.deliver("room:a", push);
        }
    }

    @Test
    void aBurstWithinBoundsIsNotBehind() {
        fixture.members("room:a", 10);
        fixture.toRouter();
        deliver(80, "x".repeat(100 * KIB));
        fixture.loop.settle();

        assertThat(fixture.toRouter()).isEmpty();
    }

    @Test
    void tooMuchAtOnceIsSaidToBeBehindOnceAndCaughtUpWhenLittleIsLeft() {
        fixture.members("room:a", 10);
        fixture.toRouter();
        deliver(100, "x".repeat(100 * KIB));
        assertThat(fixture.toRouter()).containsExactly(new ChannelBehind(0, channel("room:a")));

        fixture.loop.settle();
        assertThat(fixture.toRouter()).containsExactly(new ChannelCaughtUp(0, channel("room:a")));
        assertThat(fixture.givenBack).isEqualTo(100 * 100 * KIB);
    }

    @Test
    void broadcastsThatFellBehindAndThenLostAllTheirMembersCatchUpForThoseWhoComeLater() {
        List<Connection> members = fixture.members("broadcast", 10);
        fixture.toRouter();
        String push = "x".repeat(100 * KIB);
        for (int i = 0; i < 100; i++) {
            fixture.deliver("broadcast", push);
        }
        members.forEach(fixture.instance.subscribers::leaveBroadcast);
        fixture.loop.settle();

        assertThat(fixture.toRouter())
                .containsExactly(
                        new ChannelBehind(0, channel("broadcast")), new ChannelCaughtUp(0, channel("broadcast")));
    }

    @Test
    void aRoomThatFellBehindAndIsGivenUpSaysNothingThatALaterRoomOfItsNameCouldSuffer() {
        List<Connection> members = fixture.members("room:a", 10);
        fixture.toRouter();
        deliver(100, "x".repeat(100 * KIB));
        members.forEach(member -> fixture.leave(member, "room:a"));
        fixture.loop.settle();

        assertThat(fixture.toRouter())
                .containsExactly(new ChannelBehind(0, channel("room:a")), new InterestEnded(0, channel("room:a")));
    }

    @Test
    void whatOnePassDoesNotTakeAndHasWaitedTooLongIsBehind() {
        List<Connection> members = fixture.members("room:a", 10_000);
        members.forEach(member -> transport(member).remembers = false);
        fixture.toRouter();
        String push = "x".repeat(10 * KIB);
        deliver(4, push);
        fixture.loop.now += 500_000_000;
        fixture.deliver("room:a", push);
        assertThat(fixture.toRouter()).isEmpty();

        fixture.loop.now++;
        fixture.deliver("room:a", push);
        assertThat(fixture.toRouter()).containsExactly(new ChannelBehind(0, channel("room:a")));
        fixture.loop.settle();
    }

    @Test
    void oldPublicationsThatOnePassTakesAreNotBehind() {
        fixture.members("room:a", 10);
        fixture.toRouter();
        fixture.deliver("room:a", "1");
        fixture.loop.now += 10_000_000_000L;
        fixture.deliver("room:a", "2");
        fixture.loop.settle();

        assertThat(fixture.toRouter()).isEmpty();
    }

    @Test
    void aRoomOnSocketsThatAreOnlyWrittenToThroughTheirQueueDoesNotRest() {
        List<Connection> members = fixture.members("room:a", LocalChannel.SMALL + 10);
        members.forEach(each -> transport(each).sendsNow = false);

        for (int i = 0; i < 3; i++) {
            fixture.deliver("room:a", "p" + i);
            fixture.loop.settle();
        }

        assertThat(members)
                .allSatisfy(each -> assertThat(transport(each).taken()).containsExactly("p0", "p1", "p2"));
    }
}
