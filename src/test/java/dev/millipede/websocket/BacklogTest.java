package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BacklogTest {
    private static final int KIB = 1024;

    private static ChannelQueue queue(int members, int bytes) {
        LocalChannel channel = new LocalChannel(channel("room:a"));
        channel.size = members;
        ChannelQueue queue = new ChannelQueue(channel);
        queue.add(new byte[bytes], 0);
        return queue;
    }

    @ParameterizedTest
    @CsvSource({"0, 256", "1, 256", "1024, 256", "2048, 128", "16384, 16", "1000000, 16"})
    void aPassTakesLessTheMoreMembersThereAre(int members, int kib) {
        assertThat(Backlog.passBytes(members)).isEqualTo(kib * KIB);
    }

    @ParameterizedTest
    @CsvSource({"0, 8192", "1, 8192", "256, 8192", "1024, 2048", "8192, 256", "1000000, 256"})
    void aChannelIsBehindWhenMoreWaitsThanItsBound(int members, int kib) {
        assertThat(Backlog.isBehind(queue(members, kib * KIB), 0)).isFalse();
        assertThat(Backlog.isBehind(queue(members, kib * KIB + 1), 0)).isTrue();
    }

    @Test
    void aChannelIsBehindWhenMoreThanAPassHasWaitedForHalfASecond() {
        assertThat(Backlog.isBehind(queue(1, 256 * KIB + 1), 500_000_000)).isFalse();
        assertThat(Backlog.isBehind(queue(1, 256 * KIB + 1), 500_000_001)).isTrue();
        assertThat(Backlog.isBehind(queue(1, 256 * KIB), Long.MAX_VALUE)).isFalse();
    }

    @Test
    void aChannelHasCaughtUpWhenHalfAPassTakesTheRest() {
        assertThat(Backlog.hasCaughtUp(queue(1, 128 * KIB + 1))).isFalse();
        assertThat(Backlog.hasCaughtUp(queue(1, 128 * KIB))).isTrue();
    }

    @Test
    void aQueueGivesOutInOrderAndKnowsItsBytesAndAge() {
        ChannelQueue queue = queue(1, 10);
        queue.add(new byte[20], 5);
        assertThat(queue.bytes).isEqualTo(30);
        assertThat(queue.age(7)).isEqualTo(7);

        assertThat(queue.poll())
                .isNotNull()
                .extracting(waiting -> waiting.push.length)
                .isEqualTo(10);
        assertThat(queue.age(7)).isEqualTo(2);
        assertThat(queue.isEmpty()).isFalse();

        assertThat(queue.poll()).isNotNull();
        assertThat(queue.poll()).isNull();
        assertThat(queue.bytes).isZero();
        assertThat(queue.age(7)).isZero();
        assertThat(queue.isEmpty()).isTrue();

        queue.add(new byte[3], 9);
        assertThat(queue.poll()).isNotNull();
    }
}
