package dev.millipede.auth;

import io.vertx.core.json.JsonObject;
import java.time.InstantSource;

/** What the claims of a genuine token amount to, by configuration and clock. Confined to one thread. */
final class Judgement {
    private static final TokenVerdict EXPIRED = new TokenVerdict.Expired();
    private static final SubscriptionVerdict SUBSCRIPTION_EXPIRED = new SubscriptionVerdict.Expired();

    private final AuthConfig config;
    private final InstantSource clock;
    private final SharedPayloads shared = new SharedPayloads();

    Judgement(AuthConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /** By the time a revocation lapses, no token of before it may be in force: so its whole life counts, not what is left. */
    private void requireShortLife(Claims claims) throws RefusedException {
        long issuedAt = claims.seconds("iat", 0);
        if (issuedAt <= 0) {
            throw new RefusedException("no issue time");
        }
        if (claims.seconds("exp", 0) - Math.min(issuedAt, now())
                > config.revocation().ttl().toSeconds()) {
            throw new RefusedException("lives too long");
        }
    }

    TokenVerdict ofConnection(JsonObject json) throws RefusedException {
        Claims claims = new Claims(json, shared);
        if (claims.mentions("channel")) {
            throw new RefusedException("subscription token");
        }
        long end = end(claims);
        if (isExpired(claims, end)) {
            return EXPIRED;
        }
        if (config.revocation().isOn()) {
            requireShortLife(claims);
        }
        return new TokenVerdict.Valid(
                new Identity(claims.user(), claims.info(), end),
                claims.channels(),
                claims.id("jti", "token id"),
                claims.seconds("iat", 0));
    }

    SubscriptionVerdict ofSubscription(JsonObject json) throws RefusedException {
        Claims claims = new Claims(json, shared);
        String channel = claims.channel();
        long end = end(claims);
        if (isExpired(claims, end)) {
            return SUBSCRIPTION_EXPIRED;
        }
        return new SubscriptionVerdict.Valid(
                claims.user(), channel, claims.id("client", "client"), end, claims.info(), claims.data());
    }

    /**
     * When what the token grants ends, in seconds since 1970; 0 = never. Checks what is asked of every token on the way.
     */
    private long end(Claims claims) throws RefusedException {
        claims.requireIssuer(config.issuer());
        claims.requireAudience(config.audience());
        if (config.requireExpiry() && !claims.has("exp")) {
            throw new RefusedException("no expiry");
        }
        return Math.max(0, claims.seconds("expire_at", claims.has("exp") ? claims.seconds("exp", 0) : 0));
    }

    /** By {@code exp} and {@code nbf}, without leeway; or what it grants has ended already. */
    private boolean isExpired(Claims claims, long end) throws RefusedException {
        long now = now();
        return now >= claims.seconds("exp", Long.MAX_VALUE)
                || now < claims.seconds("nbf", Long.MIN_VALUE)
                || (end > 0 && now >= end);
    }

    private long now() {
        return Math.floorDiv(clock.millis(), 1000L);
    }
}
