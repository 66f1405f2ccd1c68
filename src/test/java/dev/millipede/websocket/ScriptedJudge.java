package dev.millipede.websocket;

import dev.millipede.auth.Identity;
import dev.millipede.auth.SubscriptionVerdict;
import dev.millipede.auth.TokenChannel;
import dev.millipede.auth.TokenJudge;
import dev.millipede.auth.TokenVerdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says of each token what it was told to, at once or when told to. */
final class ScriptedJudge implements TokenJudge {
    private final Map<String, TokenVerdict> connections = new HashMap<>();
    private final Map<String, SubscriptionVerdict> subscriptions = new HashMap<>();
    private final Map<String, Promise<TokenVerdict>> asked = new HashMap<>();
    private final Map<String, Promise<SubscriptionVerdict>> askedSubscriptions = new HashMap<>();

    /** A token of a user, issued long ago. */
    static TokenVerdict of(String user, TokenChannel... channels) {
        return new TokenVerdict.Valid(new Identity(user, null, 0), List.of(channels), "id of " + user, 1);
    }

    void says(String token, TokenVerdict verdict) {
        connections.put(token, verdict);
        Promise<TokenVerdict> waiting = asked.remove(token);
        if (waiting != null) {
            waiting.complete(verdict);
        }
    }

    void says(String token, SubscriptionVerdict verdict) {
        subscriptions.put(token, verdict);
        Promise<SubscriptionVerdict> waiting = askedSubscriptions.remove(token);
        if (waiting != null) {
            waiting.complete(verdict);
        }
    }

    @Override
    public Future<TokenVerdict> identify(@Nullable String token) {
        TokenVerdict known = connections.get(Objects.requireNonNull(token));
        return known != null
                ? Future.succeededFuture(known)
                : asked.computeIfAbsent(token, each -> Promise.promise()).future();
    }

    @Override
    public Future<SubscriptionVerdict> authorize(String token) {
        SubscriptionVerdict known = subscriptions.get(token);
        return known != null
                ? Future.succeededFuture(known)
                : askedSubscriptions
                        .computeIfAbsent(token, each -> Promise.promise())
                        .future();
    }
}
