package dev.millipede.auth;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a token says of its signature (RFC 7515 §4), read before any work is done for it. Keys and addresses of keys in it
 * ({@code jwk}, {@code jku}, {@code x5c}, {@code x5u}) are not looked at.
 *
 * @param keyId the {@code kid}; anything at all
 */
record TokenHeader(Algorithm algorithm, @Nullable String keyId) {
    /** The longest token read, in characters. */
    static final int MAX_TOKEN_LENGTH = 8 * 1024;

    static TokenHeader of(String token) throws RefusedException {
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new RefusedException("too long");
        }
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        // The library takes more dots at the end as well, and padding: then one token could be written in many ways.
        if (first <= 0 || second < 0 || token.indexOf('.', second + 1) >= 0 || token.indexOf('=') >= 0) {
            throw new RefusedException("malformed");
        }
        JsonObject header = parse(token.substring(0, first));
        if (header.containsKey("crit")) {
            throw new RefusedException("critical");
        }
        Algorithm algorithm = header.getValue("alg") instanceof String name ? Algorithm.of(name) : null;
        if (algorithm == null) {
            throw new RefusedException("algorithm");
        }
        Object keyId = header.getValue("kid");
        if (keyId != null && !(keyId instanceof String)) {
            throw new RefusedException("malformed");
        }
        if (!algorithm.canBeAsLongAs(token.length() - second - 1)) {
            throw new RefusedException("signature");
        }
        return new TokenHeader(algorithm, (String) keyId);
    }

    private static JsonObject parse(String segment) throws RefusedException {
        try {
            return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(segment)));
        } catch (RuntimeException e) {
            throw new RefusedException("malformed");
        }
    }
}
