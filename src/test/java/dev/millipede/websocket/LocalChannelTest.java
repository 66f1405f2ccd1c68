package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalChannelTest {
    private final InstanceFixture fixture = new InstanceFixture();
    private final List<Connection> members = fixture.members("room:a", 5);
    private final LocalChannel room = fixture.local("room:a");

    private Stream<Connection> slots() {
        return Stream.of(room.members).limit(room.size);
    }

    private void passIsUnderWay() {
        room.queue = new ChannelQueue(room);
    }

    private void passEnds() {
        room.queue = null;
        room.compact(null);
    }

    @Test
    void membersStandInTheOrderTheyCame() {
        assertThat(slots()).containsExactlyElementsOf(members);
        assertThat(room.liveMembers()).isEqualTo(5);
        assertThat(room.isEmpty()).isFalse();
    }

    @Test
    void whenIdleTheLastMemberFillsTheGap() {
        fixture.leave(members.get(1), "room:a");
        assertThat(slots()).containsExactly(members.get(0), members.get(4), members.get(2), members.get(3));

        fixture.leave(members.get(4), "room:a");
        assertThat(slots()).containsExactly(members.get(0), members.get(3), members.get(2));
    }

    @Test
    void whenIdleTheLastMemberLeavesNoGap() {
        fixture.leave(members.get(4), "room:a");
        fixture.leave(members.get(3), "room:a");

        assertThat(slots()).containsExactly(members.get(0), members.get(1), members.get(2));
        assertThat(room.members).doesNotContain(members.get(4), members.get(3));
    }

    @Test
    void duringAPassADepartureLeavesATombstoneAndWhoComesStandsBehind() {
        passIsUnderWay();
        fixture.leave(members.get(0), "room:a");
        fixture.leave(members.get(4), "room:a");
        Connection late = fixture.connection();
        fixture.join(late, "room:a");

        assertThat(slots()).containsExactly(null, members.get(1), members.get(2), members.get(3), null, late);
        assertThat(room.liveMembers()).isEqualTo(4);

        passEnds();
        assertThat(slots()).containsExactlyInAnyOrder(members.get(1), members.get(2), members.get(3), late);
        assertThat(room.size).isEqualTo(room.liveMembers());
    }

    @Test
    void afterCompactionEveryMemberKnowsItsSlot() {
        passIsUnderWay();
        fixture.leave(members.get(0), "room:a");
        fixture.leave(members.get(2), "room:a");
        passEnds();
        fixture.leave(members.get(1), "room:a");
        assertThat(slots()).containsExactlyInAnyOrder(members.get(4), members.get(3));

        fixture.leave(members.get(4), "room:a");
        fixture.leave(members.get(3), "room:a");
        assertThat(room.isEmpty()).isTrue();
        assertThat(room.members).containsOnlyNulls();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whileMessagesWaitCompactionChangesNobodysShareOfThem(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Connection> live = new ArrayList<>(members);
        List<Set<Connection>> shares = new ArrayList<>();
        ChannelQueue queue = new ChannelQueue(room);
        room.queue = queue;
        for (int i = 0; i < 300; i++) {
            int dice = random.nextInt(10);
            if (dice < 4) {
                Connection joined = fixture.connection();
                fixture.join(joined, "room:a");
                live.add(joined);
            } else if (dice < 8 && live.size() > 1) {
                Connection left = live.remove(random.nextInt(live.size()));
                fixture.leave(left, "room:a");
                shares.forEach(share -> share.remove(left));
            } else {
                queue.add(new byte[1], 0);
                shares.add(new HashSet<>(live));
            }
        }

        room.compact(queue.first);

        assertThat(slots()).doesNotContainNull().containsExactlyInAnyOrderElementsOf(live);
        for (Set<Connection> share : shares) {
            int limit = Objects.requireNonNull(queue.poll()).limit;
            assertThat(Stream.of(room.members).limit(limit)).containsExactlyInAnyOrderElementsOf(share);
        }
        live.forEach(member -> fixture.leave(member, "room:a"));
        assertThat(room.members).containsOnlyNulls();
    }

    @Test
    void aBusyRoomWithMoreGapsThanMembersIsSparse() {
        passIsUnderWay();
        List<Connection> more = fixture.members("room:a", 100);
        more.subList(0, 32).forEach(member -> fixture.leave(member, "room:a"));
        assertThat(room.isSparse()).isFalse();

        fixture.leave(more.get(32), "room:a");
        assertThat(room.isSparse()).isTrue();
    }

    @Test
    void compactionWithoutGapsChangesNothing() {
        room.compact(null);
        assertThat(slots()).containsExactlyElementsOf(members);
    }

    @Test
    void whoLeftDuringAPassAndWasAllIsForgotten() {
        passIsUnderWay();
        members.forEach(member -> fixture.leave(member, "room:a"));
        assertThat(room.isEmpty()).isTrue();

        passEnds();
        assertThat(room.size).isZero();
    }

    @Test
    void aJoinerKeepsTheChannelFromBeingEmpty() {
        LocalChannel other = new LocalChannel(channel("room:b"));
        Joining joining = new Joining(members.get(0), other, 1, null, false, null, fixture.instance.policy(), 0);
        Joining stranger = new Joining(members.get(1), other, 1, null, false, null, fixture.instance.policy(), 0);
        assertThat(other.isEmpty()).isTrue();
        other.removeJoiner(stranger);

        other.addJoiner(joining);
        other.removeJoiner(stranger);
        assertThat(other.isEmpty()).isFalse();

        other.removeJoiner(joining);
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void broadcastMembersKnowTheirSlotsToo() {
        List<Connection> listeners = fixture.members("broadcast", 3);
        fixture.instance.subscribers.leaveBroadcast(listeners.get(0));

        assertThat(listeners.get(2).broadcastSlot).isZero();
        assertThat(listeners.get(1).broadcastSlot).isEqualTo(1);
        assertThat(listeners.get(0).broadcastSlot).isEqualTo(-1);
    }
}
