package dev.millipede.auth;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Says whom a connection speaks for, by the token it brings or the lack of one. Safe on any thread. */
public final class Authenticator {
    private static final TokenVerdict ANONYMOUS = new TokenVerdict.Valid(Identity.ANONYMOUS);
    private static final TokenVerdict NO_TOKEN = new TokenVerdict.Invalid("missing");
    private static final TokenVerdict NO_SECRET = new TokenVerdict.Invalid("no secret");

    private final boolean anonymous;
    private final boolean insecure;
    private final @Nullable TokenVerifier verifier;

    /**
     * Follows the configuration.
     *
     * @param verifier null when no secret is configured: then no token is good
     */
    public Authenticator(AuthConfig config, @Nullable TokenVerifier verifier) {
        this.anonymous = config.anonymous();
        this.insecure = config.insecure();
        this.verifier = verifier;
    }

    /**
     * Judges what a client brought.
     *
     * @param token null or "" when the client sent none
     */
    public Future<TokenVerdict> identify(@Nullable String token) {
        return Future.succeededFuture(judge(token));
    }

    /** Judges a subscription token. */
    public Future<SubscriptionVerdict> authorize(String token) {
        return Future.succeededFuture(new SubscriptionVerdict.Invalid("no key"));
    }

    private TokenVerdict judge(@Nullable String token) {
        if (token == null || token.isEmpty()) {
            return anonymous || insecure ? ANONYMOUS : NO_TOKEN;
        }
        if (verifier != null) {
            return verifier.verify(token);
        }
        return insecure ? ANONYMOUS : NO_SECRET;
    }
}
