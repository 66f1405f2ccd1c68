package dev.millipede.auth;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/** What an {@link Authenticator} says of a subscription token. */
public sealed interface SubscriptionVerdict {
    /**
     * Genuine and in force; whether it is for this connection and channel is the caller's to see.
     *
     * @param client the connection it is for; "" for any of the user
     * @param expiresAt when the subscription ends, in seconds since 1970; 0 when it does not
     * @param info what publications of the connection in this channel carry as {@code chan_info}, or null
     * @param data what the client is told with the subscription, or null
     */
    record Valid(
            String user,
            String channel,
            String client,
            long expiresAt,
            @Nullable Payload info,
            @Nullable Payload data) implements SubscriptionVerdict {}

    /** Genuine, but no longer in force or not yet: error 109, so that the client fetches another. */
    record Expired() implements SubscriptionVerdict {}

    /**
     * Never to be accepted: error 103.
     *
     * @param reason for counters, one of a closed set of words; never anything out of the token
     */
    record Invalid(String reason) implements SubscriptionVerdict {}

    /**
     * Not to be judged now: error 100, so that the client comes again.
     *
     * @param reason as above
     */
    record Unavailable(String reason) implements SubscriptionVerdict {}
}
