package dev.millipede.auth;

import dev.millipede.config.ConfigCursor;
import java.time.Duration;

/**
 * The section {@code auth.revocation}: whether tokens can be called back before they expire.
 *
 * @param users whether all tokens of a user can; default false
 * @param tokens whether one token can, by its {@code jti}; default false
 * @param ttl how long a revocation is kept, and so how far away a token's expiry may be; default 24 hours
 */
public record RevocationConfig(boolean users, boolean tokens, Duration ttl) {
    /** Tokens are good until they expire. */
    public static final RevocationConfig DEFAULTS = new RevocationConfig(false, false, Duration.ofDays(1));

    static RevocationConfig read(ConfigCursor cursor) {
        return new RevocationConfig(
                cursor.bool("users", DEFAULTS.users),
                cursor.bool("tokens", DEFAULTS.tokens),
                cursor.duration("ttl", DEFAULTS.ttl, Duration.ofMinutes(1), Duration.ofDays(365)));
    }

    /** Whether anything can be revoked. */
    public boolean isOn() {
        return users || tokens;
    }
}
