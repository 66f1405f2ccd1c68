package dev.millipede.auth;

import java.util.List;

/** What an {@link Authenticator} says of a connection token, or of there being none. */
public sealed interface TokenVerdict {
    /**
     * Genuine and in force.
     *
     * @param channels what the connection is to be subscribed to by the server, at most 64, no two of one name
     * @param tokenId the token's {@code jti}, "" without one
     * @param issuedAt when it was made, in seconds since 1970; 0 = it does not say
     */
    record Valid(Identity identity, List<TokenChannel> channels, String tokenId, long issuedAt)
            implements TokenVerdict {}

    /** Genuine, but no longer in force or not yet: answered with error 109, so that the client fetches another. */
    record Expired() implements TokenVerdict {}

    /**
     * Never to be accepted: the connection is closed with 3500.
     *
     * @param reason for counters, one of a closed set of words; never anything out of the token
     */
    record Invalid(String reason) implements TokenVerdict {}

    /**
     * Nobody can say now: answered with the temporary error 100.
     *
     * @param reason {@code keys} = the keys are not to be had, {@code busy} = too many are being verified
     */
    record Unavailable(String reason) implements TokenVerdict {}
}
