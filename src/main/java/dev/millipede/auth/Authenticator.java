package dev.millipede.auth;

import dev.millipede.auth.Checked.Genuine;
import dev.millipede.auth.Checked.Refused;
import dev.millipede.auth.Checked.Unavailable;
import dev.millipede.auth.JwksKeys.Refresh;
import dev.millipede.metrics.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says whom a connection speaks for, by the token it brings or the lack of one, and what a subscription token allows.
 * Confined to one event loop. With an HMAC or RSA it answers at once; with an elliptic curve, and while an issuer's keys
 * are fetched, later on the caller's context. No answer fails.
 */
public final class Authenticator implements TokenJudge {
    private static final TokenVerdict ANONYMOUS = new TokenVerdict.Valid(Identity.ANONYMOUS, List.of(), "", 0);
    private static final String KEYS = "keys";
    private static final String BUSY = "busy";
    private static final String MALFORMED = "malformed";
    private static final String VALID = "valid";
    private static final String EXPIRED = "expired";
    private static final String UNAVAILABLE = "unavailable";

    private final Vertx vertx;
    private final AuthConfig config;
    private final Judgement judgement;
    private final KeyRing fixed;
    private final @Nullable JwksKeys jwks;
    private final TokenThreads threads;
    private final Metrics metrics;
    private final SignatureCheck signatures = new SignatureCheck();

    Authenticator(
            Vertx vertx,
            AuthConfig config,
            Judgement judgement,
            KeyRing fixed,
            @Nullable JwksKeys jwks,
            TokenThreads threads,
            Metrics metrics) {
        this.vertx = vertx;
        this.config = config;
        this.judgement = judgement;
        this.fixed = fixed;
        this.jwks = jwks;
        this.threads = threads;
        this.metrics = metrics;
    }

    @Override
    public Future<TokenVerdict> identify(@Nullable String token) {
        if (token == null || token.isEmpty()) {
            return Future.succeededFuture(
                    config.anonymous() || config.insecure() ? ANONYMOUS : counted(new Refused("missing")));
        }
        if (config.insecure() && !config.hasKeys()) {
            return Future.succeededFuture(ANONYMOUS);
        }
        Future<Checked> checked = check(token);
        return checked.isComplete() ? Future.succeededFuture(counted(checked.result())) : checked.map(this::counted);
    }

    @Override
    public Future<SubscriptionVerdict> authorize(String token) {
        Future<Checked> checked = check(token);
        return checked.isComplete()
                ? Future.succeededFuture(countedSubscription(checked.result()))
                : checked.map(this::countedSubscription);
    }

    private TokenVerdict counted(Checked checked) {
        TokenVerdict verdict = verdict(checked);
        metrics.tokenJudged(
                verdict instanceof TokenVerdict.Invalid invalid
                        ? invalid.reason()
                        : verdict instanceof TokenVerdict.Valid
                                ? VALID
                                : verdict instanceof TokenVerdict.Expired ? EXPIRED : UNAVAILABLE);
        return verdict;
    }

    private TokenVerdict verdict(Checked checked) {
        if (checked instanceof Genuine genuine) {
            try {
                return judgement.ofConnection(genuine.claims());
            } catch (RefusedException e) {
                return new TokenVerdict.Invalid(e.reason());
            } catch (RuntimeException e) {
                return new TokenVerdict.Invalid(MALFORMED);
            }
        }
        return checked instanceof Refused refused
                ? new TokenVerdict.Invalid(refused.reason())
                : new TokenVerdict.Unavailable(((Unavailable) checked).reason());
    }

    private SubscriptionVerdict countedSubscription(Checked checked) {
        SubscriptionVerdict verdict = subscriptionVerdict(checked);
        metrics.tokenJudged(
                verdict instanceof SubscriptionVerdict.Invalid invalid
                        ? invalid.reason()
                        : verdict instanceof SubscriptionVerdict.Valid
                                ? VALID
                                : verdict instanceof SubscriptionVerdict.Expired ? EXPIRED : UNAVAILABLE);
        return verdict;
    }

    private SubscriptionVerdict subscriptionVerdict(Checked checked) {
        if (checked instanceof Genuine genuine) {
            try {
                return judgement.ofSubscription(genuine.claims());
            } catch (RefusedException e) {
                return new SubscriptionVerdict.Invalid(e.reason());
            } catch (RuntimeException e) {
                return new SubscriptionVerdict.Invalid(MALFORMED);
            }
        }
        return checked instanceof Refused refused
                ? new SubscriptionVerdict.Invalid(refused.reason())
                : new SubscriptionVerdict.Unavailable(((Unavailable) checked).reason());
    }

    private Future<Checked> check(String token) {
        if (!config.hasKeys()) {
            return refused("no key");
        }
        try {
            return check(token, TokenHeader.of(token), false);
        } catch (RefusedException e) {
            return refused(e.reason());
        }
    }

    /** @param again whether the issuer has just been asked for this token's sake */
    private Future<Checked> check(String token, TokenHeader header, boolean again) {
        boolean fetched = jwks != null && header.algorithm().family() != Algorithm.Family.SECRET;
        KeyRing ring = jwks != null && fetched ? jwks.ring() : fixed;
        List<SignatureKey> candidates = ring.candidates(header.algorithm(), header.keyId());
        if (jwks != null && fetched && ring.leavesOut(header.algorithm(), header.keyId())) {
            jwks.warnOfMany(header.algorithm());
        }
        if (!candidates.isEmpty()) {
            return header.algorithm().isSlow()
                    ? elsewhere(token, candidates)
                    : Future.succeededFuture(signed(signatures, token, candidates));
        }
        boolean mayBeNew = ring.isEmpty() || (ring.knows(header.algorithm()) && header.keyId() != null);
        if (jwks != null && fetched && mayBeNew && !again) {
            return refreshed(jwks, token, header);
        }
        if (fetched && ring.isEmpty()) {
            return unavailable(KEYS);
        }
        return refused(ring.knows(header.algorithm()) ? "key" : "algorithm");
    }

    private static Checked signed(SignatureCheck signatures, String token, List<SignatureKey> keys) {
        try {
            return new Genuine(signatures.claims(token, keys));
        } catch (RefusedException e) {
            return new Refused(e.reason());
        } catch (RuntimeException e) {
            return new Refused(MALFORMED);
        }
    }

    private Future<Checked> elsewhere(String token, List<SignatureKey> keys) {
        if (!threads.enter()) {
            return unavailable(BUSY);
        }
        Context caller = vertx.getOrCreateContext();
        Promise<Checked> promise = Promise.promise();
        boolean taken = threads.run(check -> {
            // An error of the JVM, such as that memory is short, says nothing about the token.
            Checked checked = new Unavailable(BUSY);
            try {
                checked = signed(check, token, keys);
            } finally {
                threads.leave();
                Checked answer = checked;
                caller.runOnContext(back -> promise.complete(answer));
            }
        });
        if (!taken) {
            threads.leave();
            return unavailable(BUSY);
        }
        return promise.future();
    }

    /** Asks the issuer anew, then looks again; a key that could not be asked for now may yet be a good one. */
    private Future<Checked> refreshed(JwksKeys keys, String token, TokenHeader header) {
        if (!threads.enter()) {
            return unavailable(BUSY);
        }
        Future<Refresh> refresh = keys.refresh();
        if (refresh.isComplete() && refresh.result() != Refresh.DONE) {
            threads.leave();
            return unavailable(KEYS);
        }
        Context caller = vertx.getOrCreateContext();
        Promise<Checked> promise = Promise.promise();
        refresh.onComplete(outcome -> {
            threads.leave();
            if (outcome.result() == Refresh.DONE) {
                caller.runOnContext(back -> check(token, header, true).onComplete(promise));
            } else {
                caller.runOnContext(back -> promise.complete(new Unavailable(KEYS)));
            }
        });
        return promise.future();
    }

    private static Future<Checked> refused(String reason) {
        return Future.succeededFuture(new Refused(reason));
    }

    private static Future<Checked> unavailable(String reason) {
        return Future.succeededFuture(new Unavailable(reason));
    }
}
