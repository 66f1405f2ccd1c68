package dev.millipede.backplane;

import org.jspecify.annotations.Nullable;

/**
 * How something is to be published (server API, {@code publish}).
 *
 * @param idempotencyKey what is published again with the same key to the same channel within
 *     {@value #IDEMPOTENCY_SECONDS} s is not published, the first one's outcome is answered; null = none
 * @param skipHistory not stored and without a position, though the channel keeps history
 * @param version of the state that is published: one not above the channel's last is not published; 0 = none. Only where
 *     history is kept
 * @param versionEpoch versions of another epoch are not compared; "" is one like any other
 */
public record PublishOptions(@Nullable String idempotencyKey, boolean skipHistory, long version, String versionEpoch) {
    /** How long an idempotency key is remembered, in seconds. */
    public static final int IDEMPOTENCY_SECONDS = 300;

    /** Nothing special. */
    public static final PublishOptions NONE = new PublishOptions(null, false, 0, "");
}
