package dev.millipede.auth;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Says what tokens are worth, at once or later on the caller's context; no answer fails. Confined to one event loop. */
public interface TokenJudge {
    /**
     * Judges a connection token.
     *
     * @param token null or "" when the client sent none
     */
    Future<TokenVerdict> identify(@Nullable String token);

    /** Judges a subscription token. */
    Future<SubscriptionVerdict> authorize(String token);
}
