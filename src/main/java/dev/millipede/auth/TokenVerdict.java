package dev.millipede.auth;

/** What a {@link TokenVerifier} says of a token. */
public sealed interface TokenVerdict {
    /** Genuine and in force. */
    record Valid(Identity identity) implements TokenVerdict {}

    /** Genuine, but no longer in force or not yet: answered with error 109, so that the client fetches another. */
    record Expired() implements TokenVerdict {}

    /**
     * Never to be accepted: the connection is closed with 3500.
     *
     * @param reason for counters, one of a closed set of words; never anything out of the token
     */
    record Invalid(String reason) implements TokenVerdict {}
}
