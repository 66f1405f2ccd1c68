package dev.millipede.auth;

import dev.millipede.auth.TokenVerdict.Expired;
import dev.millipede.auth.TokenVerdict.Invalid;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Payload;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.NoSuchKeyIdException;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import java.nio.charset.StandardCharsets;
import java.security.SignatureException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Verifies connection tokens: JWTs signed with HS256 (client protocol §10). Takes microseconds and never waits. Safe on any
 * thread, but its one key is locked while a signature is computed: give every event loop a verifier of its own.
 *
 * <p>Claims: {@code sub}, the user, absent or "" for anonymous; {@code exp} and {@code nbf}, seconds since 1970, without
 * leeway; a token without {@code exp} is in force for ever; {@code info}, any JSON, re-encoded compactly (numbers beyond
 * 64 bits with a fraction or exponent lose precision here). The header's {@code kid} is ignored, as there is one key.
 */
public final class TokenVerifier {
    /** The longest token read, in characters. */
    public static final int MAX_TOKEN_LENGTH = 8 * 1024;

    /** The longest {@code info}, in bytes. */
    public static final int MAX_INFO_LENGTH = 4 * 1024;

    private static final Expired EXPIRED = new Expired();
    private static final Invalid TOO_LONG = new Invalid("too long");
    private static final Invalid MALFORMED = new Invalid("malformed");
    private static final Invalid ALGORITHM = new Invalid("algorithm");
    private static final Invalid SIGNATURE = new Invalid("signature");
    private static final Invalid SUBSCRIPTION_TOKEN = new Invalid("subscription token");
    private static final Invalid TIMES = new Invalid("times");
    private static final Invalid USER = new Invalid("user");
    private static final Invalid INFO = new Invalid("info");

    private final JWTAuth jwt;
    private final InstantSource clock;

    /**
     * @param secret the key, its UTF-8 bytes
     * @throws IllegalArgumentException when the secret is empty
     */
    public TokenVerifier(String secret, InstantSource clock) {
        this.jwt = Hs256.provider(secret);
        this.clock = clock;
    }

    /** Judges an untrusted token. Never throws. */
    public TokenVerdict verify(String token) {
        if (token.length() > MAX_TOKEN_LENGTH) {
            return TOO_LONG;
        }
        if (!hasThreeParts(token)) {
            return MALFORMED;
        }
        Future<User> result;
        try {
            result = jwt.authenticate(new TokenCredentials(token));
        } catch (RuntimeException e) {
            return MALFORMED;
        }
        if (result.succeeded()) {
            return judge(result.result().attributes().getJsonObject("accessToken"));
        }
        Throwable cause = result.cause();
        return cause instanceof SignatureException
                ? SIGNATURE
                : cause instanceof NoSuchKeyIdException ? ALGORITHM : MALFORMED;
    }

    /** The library takes more dots at the end as well: then one token could be written in many ways. */
    private static boolean hasThreeParts(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        return first > 0 && second > first && token.indexOf('.', second + 1) < 0;
    }

    private TokenVerdict judge(JsonObject claims) {
        if (claims.containsKey("channel")) {
            return SUBSCRIPTION_TOKEN;
        }
        Object exp = claims.getValue("exp");
        Object nbf = claims.getValue("nbf");
        if (!isTimeOrAbsent(exp) || !isTimeOrAbsent(nbf)) {
            return TIMES;
        }
        long now = Math.floorDiv(clock.millis(), 1000L);
        if ((exp instanceof Number end && now >= seconds(end))
                || (nbf instanceof Number start && now < seconds(start))) {
            return EXPIRED;
        }
        String user = user(claims.getValue("sub"));
        if (user == null) {
            return USER;
        }
        Payload info = info(claims.getValue("info"));
        if (info != null && info.length() > MAX_INFO_LENGTH) {
            return INFO;
        }
        return new Valid(new Identity(user, info, exp instanceof Number end ? seconds(end) : 0));
    }

    /** The user id a {@code sub} stands for, or null when it is no string or cannot name a channel. */
    private static @Nullable String user(@Nullable Object sub) {
        if (sub == null) {
            return "";
        }
        return sub instanceof String user && (user.isEmpty() || Channel.isValid("user:" + user)) ? user : null;
    }

    private static boolean isTimeOrAbsent(@Nullable Object claim) {
        return claim == null || claim instanceof Number;
    }

    /** Whole seconds of a NumericDate (RFC 7519 §2), which may have a fraction; saturates. */
    private static long seconds(Number date) {
        return date instanceof Integer || date instanceof Long ? date.longValue() : (long) date.doubleValue();
    }

    private static @Nullable Payload info(@Nullable Object claim) {
        return claim == null ? null : Payload.ofValidated(Json.encode(claim).getBytes(StandardCharsets.UTF_8));
    }
}
