package dev.millipede.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class MemoryUserCountsTest {
    private final MemoryUserCounts counts = new MemoryUserCounts();

    @Test
    void nothingIsRememberedOfWhoHasLeft() {
        for (int i = 0; i < 100; i++) {
            counts.enter("user-" + i % 50, 2);
        }
        assertThat(counts.size()).isEqualTo(50);
        for (int i = 0; i < 100; i++) {
            counts.leave("user-" + i % 50);
        }
        assertThat(counts.enter("ann", 0).result()).isFalse();

        assertThat(counts.size()).isZero();
    }

    @Test
    void threadsThatRaceStayWithinTheLimit() throws InterruptedException {
        AtomicInteger entered = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                for (int n = 0; n < 10_000; n++) {
                    if (counts.enter("ann", 30_000).result()) {
                        entered.incrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(entered).hasValue(30_000);
    }
}
