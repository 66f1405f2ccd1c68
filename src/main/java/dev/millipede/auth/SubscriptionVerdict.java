package dev.millipede.auth;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/** What an {@link Authenticator} says of a subscription token. That it fits connection and channel is the caller's to see. */
public sealed interface SubscriptionVerdict {
    /**
     * Genuine and in force.
     *
     * @param user whose it is, "" for the anonymous user
     * @param channel a well-formed name
     * @param client the id of the one connection it is for, "" for any
     * @param expiresAt when the subscription ends, in seconds since 1970; 0 when it does not
     * @param info what publications over this subscription carry as {@code chan_info}, or null
     * @param data for the subscribe reply, or null
     */
    record Valid(
            String user,
            String channel,
            String client,
            long expiresAt,
            @Nullable Payload info,
            @Nullable Payload data) implements SubscriptionVerdict {}

    /** Genuine, but no longer in force or not yet: answered with error 109. */
    record Expired() implements SubscriptionVerdict {}

    /**
     * Never to be accepted.
     *
     * @param reason for counters, one of a closed set of words; never anything out of the token
     */
    record Invalid(String reason) implements SubscriptionVerdict {}

    /**
     * Nobody can say now: answered with the temporary error 100.
     *
     * @param reason as in {@link TokenVerdict.Unavailable}
     */
    record Unavailable(String reason) implements SubscriptionVerdict {}
}
