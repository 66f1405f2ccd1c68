package dev.millipede.recovery;

import dev.millipede.config.ConfigCursor;
import java.time.Duration;

/**
 * The section {@code recovery}: what is given to clients that come back, and how fast those are told who lost their place.
 *
 * @param maxPublications publications in one recovery or one page of history for a client, 1..100,000; a client that missed
 *     more is told that it is not recovered; default 300
 * @param heldBytes bytes of publications held for one channel while history is read, 16 KiB..64 MiB; default 1 MiB
 * @param resetSpread how long the members of this node are told one after the other that their position is lost,
 *     0..10 m; default 5 s
 */
public record RecoveryConfig(int maxPublications, int heldBytes, Duration resetSpread) {
    private static final int MIB = 1 << 20;

    /** What each component says. */
    public static final RecoveryConfig DEFAULTS = new RecoveryConfig(300, MIB, Duration.ofSeconds(5));

    /** Reads the section. */
    public static RecoveryConfig read(ConfigCursor cursor) {
        return new RecoveryConfig(
                cursor.integer("maxPublications", DEFAULTS.maxPublications, 1, 100_000),
                cursor.size("heldBytes", DEFAULTS.heldBytes, 16 << 10, 64 * MIB),
                cursor.duration("resetSpread", DEFAULTS.resetSpread, Duration.ZERO, Duration.ofMinutes(10)));
    }
}
