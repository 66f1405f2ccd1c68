package dev.millipede.api;

import java.time.Duration;

/**
 * What may be revoked.
 *
 * @param users all tokens of a user
 * @param tokens a token by its id
 * @param keep how long a revocation is kept: as long as a token may be in force
 */
public record Revocable(boolean users, boolean tokens, Duration keep) {
    /** Nothing. */
    public static final Revocable NOTHING = new Revocable(false, false, Duration.ZERO);
}
