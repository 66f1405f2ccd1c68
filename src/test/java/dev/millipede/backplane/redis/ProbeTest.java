package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static final int LISTENING = 1;

    private final List<String> done = new ArrayList<>();
    private long now = 1_000_000;
    private final Probe probe = new Probe(now, new Probe.Actions() {
        @Override
        public void send(long number) {
            done.add("send " + number);
        }

        @Override
        public void mute() {
            done.add("mute");
        }

        @Override
        public void deaf(String why) {
            done.add("deaf");
        }
    });

    /** Lets time pass, looking as often as the owner does. */
    private void pass(long millis, int generation) {
        for (long until = now + millis; now < until; ) {
            now += Probe.TICK_MILLIS;
            probe.tick(now, true, generation);
        }
    }

    private void answer(long number, int receivers) {
        probe.answered(number, receivers, now, LISTENING);
    }

    @Test
    void aProbeIsSentAboutOnceASecond() {
        for (int i = 1; i <= 5; i++) {
            pass(1_000, LISTENING);
            answer(i, 1);
            probe.arrived(i);
        }
        assertThat(done).containsExactly("send 1", "send 2", "send 3", "send 4", "send 5");
        assertThat(probe.isStalled(now)).isFalse();
    }

    @Test
    void nothingIsSentWithoutAConnection() {
        probe.tick(now + Probe.PERIOD_MILLIS, false, 0);
        assertThat(done).isEmpty();
    }

    @Test
    void aRedisThatDoesNotAnswerStallsAndIsThenGivenUp() {
        pass(Probe.STALLED_MILLIS, LISTENING);
        assertThat(probe.isStalled(now)).isFalse();
        pass(500, LISTENING);
        assertThat(probe.isStalled(now)).isTrue();
        assertThat(done).containsExactly("send 1");
        pass(Probe.MUTE_MILLIS, LISTENING);
        assertThat(done).startsWith("send 1", "mute");
    }

    @Test
    void anAnswerThatComesLateEndsTheStall() {
        pass(Probe.STALLED_MILLIS + 1_000, LISTENING);
        answer(1, 1);
        probe.arrived(1);
        assertThat(probe.isStalled(now)).isFalse();
        assertThat(done).containsExactly("send 1");
    }

    @Test
    void aProbeThatRedisDeliveredAndThatDoesNotArriveProvesTheConnectionDead() {
        pass(250, LISTENING);
        answer(1, 1);
        pass(Probe.DEAF_MILLIS, LISTENING);
        assertThat(probe.isStalled(now)).isTrue();
        assertThat(done).containsExactly("send 1");
        pass(250, LISTENING);
        assertThat(done).containsExactly("send 1", "deaf");
    }

    @Test
    void aProbeThatNobodyReceivedProvesItAtOnce() {
        pass(250, LISTENING);
        answer(1, 0);
        assertThat(done).containsExactly("send 1", "deaf");
    }

    @Test
    void nothingIsConcludedAboutAConnectionThatDidNotListenWhenTheProbeWasSent() {
        pass(250, 0);
        answer(1, 0);
        pass(500, LISTENING);
        assertThat(done).containsExactly("send 1");

        pass(750, LISTENING);
        probe.answered(2, 0, now, LISTENING + 1);
        assertThat(done).containsExactly("send 1", "send 2");
    }

    @Test
    void aProbeThatWasNotPublishedProvesNothing() {
        pass(250, LISTENING);
        probe.failed(1);
        pass(1_000, LISTENING);
        assertThat(done).containsExactly("send 1", "send 2");
    }

    @Test
    void whatCameWhileThisProcessWasStoppedIsReadBeforeItIsJudged() {
        pass(250, LISTENING);
        now += 60_000;
        probe.tick(now, true, LISTENING);
        assertThat(done).containsExactly("send 1");
        assertThat(probe.isStalled(now)).isFalse();
        answer(1, 1);
        probe.arrived(1);
        pass(1_000, LISTENING);
        assertThat(done).containsExactly("send 1", "send 2");
    }

    @Test
    void refusedAgainAndAgainItProvesThatNothingCanBePublished() {
        for (int i = 1; i <= 3; i++) {
            assertThat(probe.isRefused()).isFalse();
            pass(1_000, LISTENING);
            probe.failed(i);
        }
        assertThat(probe.isRefused()).isTrue();
        pass(1_000, LISTENING);
        answer(4, 1);
        assertThat(probe.isRefused()).isFalse();
    }
}
