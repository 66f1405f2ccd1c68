package dev.millipede.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The checker is green on a whole system and red on one that lacks any mechanism. */
class SimulationTest {
    private static final int SEEDS = 200;

    private static List<ChannelVerdict> verdicts(boolean rewinds, Mechanism... off) {
        return LongStream.range(0, SEEDS)
                .mapToObj(seed -> Verdict.on(new Simulation(seed, Set.of(off), rewinds).run()))
                .toList();
    }

    /** How many of 100 systems without a mechanism are found out. */
    private static long percentRed(Predicate<ChannelVerdict> green, List<ChannelVerdict> verdicts) {
        return verdicts.stream().filter(green.negate()).count() * 100 / SEEDS;
    }

    @Test
    void aWholeSystemLosesNothing() {
        for (ChannelVerdict verdict : verdicts(false)) {
            assertThat(verdict.complaints()).isEmpty();
            assertThat(verdict.isWithoutLoss()).isTrue();
            assertThat(verdict.acknowledged()).isGreaterThan(200);
            assertThat(verdict.expected()).isGreaterThan(600);
        }
    }

    @Test
    void aWholeSystemWhoseRedisForgetsTellsEveryLoss() {
        List<ChannelVerdict> verdicts = verdicts(true);
        for (ChannelVerdict verdict : verdicts) {
            assertThat(verdict.isHonest()).as(verdict.toString()).isTrue();
        }
        assertThat(verdicts.stream().filter(each -> each.recoveredFalse() > 0).count())
                .isGreaterThan(SEEDS / 2);
    }

    @Test
    void offsetsThatAreGivenBeforePublishingAreFoundOut() {
        assertThat(percentRed(ChannelVerdict::isWithoutLoss, verdicts(false, Mechanism.ATOMIC_OFFSET)))
                .isGreaterThan(90);
    }

    @Test
    void joiningWithoutHoldingIsFoundOut() {
        assertThat(percentRed(ChannelVerdict::isHonest, verdicts(false, Mechanism.HOLD_WHILE_JOINING)))
                .isGreaterThan(90);
    }

    @Test
    void gapsThatAreNotRepairedAreFoundOut() {
        assertThat(percentRed(ChannelVerdict::isHonest, verdicts(false, Mechanism.GAP_REPAIR)))
                .isGreaterThan(90);
    }

    @Test
    void aRewindThatNobodyChecksForIsFoundOut() {
        assertThat(percentRed(ChannelVerdict::isHonest, verdicts(true, Mechanism.REWIND_CHECK)))
                .isGreaterThan(90);
    }
}
