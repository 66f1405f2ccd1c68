package dev.millipede.auth;

import java.util.List;

/** What a {@link TokenVerifier} says of a token. */
public sealed interface TokenVerdict {
    /**
     * Genuine and in force, or nobody's, where these may come in.
     *
     * @param channels what the server is to subscribe the connection to, automatic channels apart
     * @param tokenId the token's {@code jti}; "" when it has none
     * @param issuedAt when it was issued, in seconds since 1970; 0 when it does not say
     */
    record Valid(Identity identity, List<TokenChannel> channels, String tokenId, long issuedAt)
            implements TokenVerdict {
        /** One that says nothing but who. */
        public Valid(Identity identity) {
            this(identity, List.of(), "", 0);
        }
    }

    /** Genuine, but no longer in force or not yet: answered with error 109, so that the client fetches another. */
    record Expired() implements TokenVerdict {}

    /**
     * Never to be accepted: the connection is closed with 3500.
     *
     * @param reason for counters, one of a closed set of words; never anything out of the token
     */
    record Invalid(String reason) implements TokenVerdict {}

    /**
     * Not to be judged now: answered with error 100, so that the client comes again.
     *
     * @param reason as above
     */
    record Unavailable(String reason) implements TokenVerdict {}
}
