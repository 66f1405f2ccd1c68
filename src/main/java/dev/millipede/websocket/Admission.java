package dev.millipede.websocket;

import dev.millipede.auth.TokenVerdict;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocations;
import dev.millipede.backplane.UserCounts;
import dev.millipede.protocol.CloseCode;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Whether a token lets somebody in: it is genuine, it is not revoked, and its user has no more connections than allowed.
 * Futures complete on this loop, at once where nobody else has to be asked. Confined to the event loop of its
 * WebSocketVerticle.
 */
final class Admission {
    private static final TokenVerdict.Invalid REVOKED = new TokenVerdict.Invalid("revoked");
    private static final TokenVerdict UNKNOWN = new TokenVerdict.Unavailable("revocations");

    /** Tokens in a row that may be no good. */
    private static final int MAX_BAD_TOKENS = 10;

    private final Instance instance;
    private final UserCounts userCounts;
    private final Revocations revocations;

    Admission(Instance instance, UserCounts userCounts, Revocations revocations) {
        this.instance = instance;
        this.userCounts = userCounts;
        this.revocations = revocations;
    }

    private Rules rules() {
        return instance.policy().rules();
    }

    /** Judges the token of a connect or refresh; never fails. */
    Future<TokenVerdict> judge(@Nullable String token) {
        Future<TokenVerdict> verdict = rules().authenticator().identify(token);
        return rules().revokesUsers() || rules().revokesTokens() ? verdict.compose(this::unlessRevoked) : verdict;
    }

    private Future<TokenVerdict> unlessRevoked(TokenVerdict verdict) {
        if (!(verdict instanceof Valid valid)) {
            return Future.succeededFuture(verdict);
        }
        String user = rules().revokesUsers() ? valid.identity().user() : "";
        Revocation.OfToken token = id(valid);
        if (user.isEmpty() && token == null) {
            return Future.succeededFuture(verdict);
        }
        return revocations
                .isRevoked(user, valid.issuedAt(), token)
                .transform(answer ->
                        Future.succeededFuture(answer.failed() ? UNKNOWN : answer.result() ? revoked() : verdict));
    }

    private TokenVerdict revoked() {
        instance.metrics.tokenJudged(REVOKED.reason());
        return REVOKED;
    }

    private Revocation.@Nullable OfToken id(Valid valid) {
        return rules().revokesTokens() && !valid.tokenId().isEmpty() ? Revocation.ofId(valid.tokenId()) : null;
    }

    /** Remembers by what a connection's token can be revoked. */
    void remember(Connection connection, Valid valid) {
        Revocation.OfToken token = id(valid);
        if (token != null || connection.extras != null) {
            connection.makeExtras().token = token;
        }
    }

    /** Counts a connection of a user where these are limited; false when she has as many as allowed. */
    Future<Boolean> count(Connection connection, String user) {
        int limit = instance.policy().limits().connectionsPerUser();
        if (limit == 0 || user.isEmpty()) {
            return Future.succeededFuture(true);
        }
        return userCounts.enter(user, limit).map(granted -> {
            if (granted && connection.state == Connection.State.CONNECTING) {
                connection.makeExtras().countedForUser = true;
            } else if (granted) {
                userCounts.leave(user);
            }
            return granted;
        });
    }

    /** A token that came after the connect was no good: each costs a verification, so that there is an end to it. */
    void wasBad(Connection connection) {
        if (++connection.makeExtras().badTokens > MAX_BAD_TOKENS) {
            connection.close(CloseCode.TOO_MANY_REQUESTS);
        }
    }

    void wasGood(Connection connection) {
        if (connection.extras != null) {
            connection.extras.badTokens = 0;
        }
    }

    /** The connection is none of its user's any more. */
    void left(Connection connection) {
        Extras extras = connection.extras;
        if (extras != null && extras.countedForUser) {
            extras.countedForUser = false;
            userCounts.leave(connection.user);
        }
    }
}
