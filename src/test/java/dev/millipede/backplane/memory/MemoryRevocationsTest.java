package dev.millipede.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Revocation.OfToken;
import dev.millipede.backplane.Revocation.OfUser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MemoryRevocationsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicLong clock = new AtomicLong();
    private final MemoryRevocations revocations =
            new MemoryRevocations(clock::get, InstantSource.fixed(Instant.ofEpochMilli(100_999)));

    @Test
    void aTokenIssuedUpToTheLeewayAfterTheRevocationIsRevokedAndOneOfTheNextSecondIsNot() {
        revocations.revoke(new OfUser("ann"), HOUR);

        assertThat(revocations.isRevoked("ann", 100, null).result()).isTrue();
        assertThat(revocations.isRevoked("ann", 130, null).result()).isTrue();
        assertThat(revocations.isRevoked("ann", 131, null).result()).isFalse();
    }

    @Test
    void whatNobodyAsksForAnyMoreIsForgottenAsOthersCome() {
        for (int i = 0; i < 1_000; i++) {
            revocations.revoke(new OfToken(i), HOUR);
        }
        assertThat(revocations.size()).isEqualTo(1_000);
        clock.addAndGet(HOUR.toMillis());
        for (int i = 0; i < 1_000; i++) {
            revocations.revoke(new OfUser("user-" + i), HOUR);
        }

        assertThat(revocations.size()).isEqualTo(1_000);
    }

    @Test
    void whoIsRevokedAgainIsKeptFromThen() {
        revocations.revoke(new OfUser("ann"), HOUR);
        clock.addAndGet(HOUR.toMillis() / 2);
        revocations.revoke(new OfUser("ann"), HOUR);
        clock.addAndGet(HOUR.toMillis() / 2);

        assertThat(revocations.isRevoked("ann", 0, null).result()).isTrue();
        assertThat(revocations.size()).isEqualTo(1);
    }
}
