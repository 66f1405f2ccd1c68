package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Namespaces;
import dev.millipede.support.LogLines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaseTest {
    private static final String BEGIN = "1";
    private static final String RENEW = "0";

    private final ScriptedRedis redis = new ScriptedRedis();
    private final List<String> told = new ArrayList<>();
    private long now = 1_000;
    private final Lease lease = new Lease(
            "n",
            new RegistryKeys(new Messages("mp.", Namespaces.DEFAULTS, bytes -> null)),
            redis,
            () -> now,
            new Lease.Holder() {
                @Override
                public void gained(String id) {
                    told.add("gained " + id);
                }

                @Override
                public void lost() {
                    told.add("lost");
                }
            });

    private void pass(long millis) {
        now += millis;
        lease.tick();
    }

    private void hold() {
        lease.opened();
        redis.answer(0);
    }

    @Test
    void itIsHeldWhenRedisSaysSoAndRenewedEachSecond() {
        lease.opened();
        assertThat(redis.next()).containsExactly("millipede:node:mp.n:1", "5000", BEGIN);
        assertThat(lease.isHeld()).isFalse();
        redis.answer(0);
        assertThat(lease.isHeld()).isTrue();
        for (int i = 0; i < 20; i++) {
            pass(500);
            assertThat(redis.underWay()).isEqualTo(i % 2);
            redis.answerAll(0).forEach(said -> assertThat(said).endsWith(RENEW));
        }
        assertThat(lease.isHeld()).isTrue();
        assertThat(told).containsExactly("gained n:1");
    }

    @Test
    void itEndsFiveSecondsAfterTheLastRenewalWasSent() {
        hold();
        pass(1_000);
        now += 3_000;
        redis.answer(0);
        assertThat(lease.isHeld()).isTrue();
        now += 1_999;
        assertThat(lease.isHeld()).isTrue();
        now += 1;
        assertThat(lease.isHeld()).isFalse();
        lease.tick();

        assertThat(told).containsExactly("gained n:1", "lost");
    }

    @Test
    void theNextOneHasAnotherIdAndEndsTheLast() {
        hold();
        pass(5_000);
        assertThat(redis.next()).containsExactly("millipede:node:mp.n:2", "millipede:node:mp.n:1", "5000", BEGIN);
        redis.answer(0);

        assertThat(lease.isHeld()).isTrue();
        assertThat(told).containsExactly("gained n:1", "lost", "gained n:2");
    }

    @Test
    void oneThatRedisDoesNotKnowIsLostAtOnce() {
        hold();
        pass(1_000);
        redis.answer(1);
        assertThat(told).containsExactly("gained n:1", "lost");
        redis.answer(0);
        assertThat(told).containsExactly("gained n:1", "lost", "gained n:2");

        lease.missed("n:1");
        assertThat(lease.isHeld()).as("the last one is meant").isTrue();
        lease.missed("n:2");
        assertThat(redis.next()).startsWith("millipede:node:mp.n:3");
    }

    @Test
    void anAnswerThatCameTooLateHoldsNothing() {
        lease.opened();
        now += 5_000;
        redis.answer(0);
        assertThat(lease.isHeld()).isFalse();
        assertThat(told).isEmpty();
        lease.tick();
        redis.answer(0);

        assertThat(told).containsExactly("gained n:1");
    }

    @Test
    void anAnswerAboutTheLastOneSaysNothingOfTheNext() {
        hold();
        pass(1_000);
        pass(4_500);
        assertThat(told).containsExactly("gained n:1", "lost");
        redis.answer(0);
        assertThat(lease.isHeld()).isFalse();
        pass(1_000);
        redis.answer(0);

        assertThat(told).containsExactly("gained n:1", "lost", "gained n:2");
    }

    @Test
    void aRefusalIsNoLossAndIsAskedAgain() {
        hold();
        pass(1_000);
        redis.answer(-1);
        pass(1_000);
        redis.fail();
        pass(1_000);
        redis.answer(0);

        assertThat(lease.isHeld()).isTrue();
        assertThat(told).containsExactly("gained n:1");
    }

    @Test
    void thatRedisRefusesItIsSaidOnceAndThatItIsTakenAgainToo() {
        try (LogLines lines = new LogLines()) {
            lease.opened();
            redis.fail();
            assertThat(lines.all()).as("one alone").isEmpty();
            for (int i = 0; i < 20; i++) {
                pass(1_000);
                redis.refuse("NOPERM this user", "0");
            }
            assertThat(lines.all())
                    .containsExactly("WARN Keeping the lease of this node in Redis fails: Redis refused: NOPERM this"
                            + " user; trying on");
            pass(1_000);
            redis.answer(0);

            assertThat(lines.all()).contains("INFO Keeping the lease of this node in Redis works again");
        }
    }

    @Test
    void itIsGivenUpWhenTheNodeGoes() {
        hold();
        pass(1_000);
        assertThat(lease.end().isComplete()).isFalse();
        redis.answer(0);
        redis.fail();
        pass(10_000);

        assertThat(lease.isHeld()).isFalse();
        assertThat(redis.underWay()).isZero();
    }
}
