package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeArrivalRateTest {
    private long now = Long.MAX_VALUE - 5; // the clock may turn over
    private final NodeArrivalRate rate = new NodeArrivalRate(() -> now);

    private long taken(int perSecond, int burst, int asked) {
        return IntStream.range(0, asked)
                .filter(each -> rate.take(perSecond, burst))
                .count();
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void theBurstIsTakenAtOnceAndThenTheRate() {
        assertThat(taken(100, 20, 50)).isEqualTo(20);
        pass(100);
        assertThat(taken(100, 20, 50)).isEqualTo(10);
        pass(5);
        assertThat(taken(100, 20, 50)).isZero();
        pass(5);
        assertThat(taken(100, 20, 50)).isEqualTo(1);
    }

    @Test
    void aLongPauseSavesUpNoMoreThanTheBurst() {
        taken(100, 20, 50);
        pass(60_000);
        assertThat(taken(100, 20, 50)).isEqualTo(20);
    }

    @Test
    void aRateThatIsChangedHoldsFromTheNextOneOn() {
        assertThat(taken(10, 10, 50)).isEqualTo(10);
        pass(500);
        assertThat(taken(1_000, 1_000, 2_000)).isEqualTo(500);
    }

    @Test
    void whoIsRefusedUsesUpNothing() {
        taken(1, 1, 1_000);
        pass(1_000);
        assertThat(taken(1, 1, 1_000)).isEqualTo(1);
    }
}
