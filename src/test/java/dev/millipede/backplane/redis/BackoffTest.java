package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(new Random(7));

    @Test
    void waitsGrowToABoundAndStartAgainAfterSuccess() {
        assertThat(backoff.next()).isBetween(1L, 199L);
        assertThat(backoff.next()).isBetween(200L, 399L);
        assertThat(backoff.next()).isBetween(400L, 799L);
        for (int i = 0; i < 20; i++) {
            assertThat(backoff.next()).isLessThan(Backoff.LONGEST_MILLIS);
        }
        assertThat(backoff.next()).isGreaterThanOrEqualTo(Backoff.LONGEST_MILLIS / 2);
        backoff.reset();
        assertThat(backoff.next()).isBetween(1L, 199L);
    }

    @Test
    void twoNodesDoNotWaitTheSameTime() {
        Backoff other = new Backoff(new Random(8));
        long[] mine = new long[10];
        long[] theirs = new long[10];
        for (int i = 0; i < mine.length; i++) {
            mine[i] = backoff.next();
            theirs[i] = other.next();
        }
        assertThat(mine).isNotEqualTo(theirs);
    }
}
