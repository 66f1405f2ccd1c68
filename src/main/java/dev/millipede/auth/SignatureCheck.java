package dev.millipede.auth;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.SignatureException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the library whether a key signed a token. The library locks a key while it computes, so that each thread has one of
 * these with providers of its own, made when they are first needed. Confined to one thread.
 */
final class SignatureCheck {
    /** More than a node's keys, so that only those it no longer has are forgotten. */
    private static final int PROVIDERS = 256;

    private static final String SIGNATURE = "signature";

    private final Map<SignatureKey, JWTAuth> providers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SignatureKey, JWTAuth> eldest) {
            return size() > PROVIDERS;
        }
    };

    /**
     * The claims of a token that one of the keys signed.
     *
     * @param keys of the algorithm in the token's header, at least one
     */
    JsonObject claims(String token, List<SignatureKey> keys) throws RefusedException {
        String reason = SIGNATURE;
        for (SignatureKey key : keys) {
            Future<User> result;
            try {
                result = providers
                        .computeIfAbsent(key, SignatureCheck::provider)
                        .authenticate(new TokenCredentials(token));
            } catch (RuntimeException e) {
                result = Future.failedFuture(e);
            }
            if (result.succeeded()) {
                return result.result().attributes().getJsonObject("accessToken");
            }
            if (!isOtherSignature(result.cause())) {
                reason = "malformed";
            }
        }
        throw new RefusedException(reason);
    }

    /** Bytes that cannot be a signature of this kind at all come wrapped. */
    private static boolean isOtherSignature(Throwable cause) {
        return cause instanceof SignatureException || cause.getCause() instanceof SignatureException;
    }

    /**
     * A provider that knows one key. Times in tokens are left to the caller's clock. It needs no Vert.x instance because it
     * reads no key store.
     */
    static JWTAuth provider(SignatureKey key) {
        if (key.material().isEmpty()) {
            throw new IllegalArgumentException("a provider without a key takes unsigned tokens");
        }
        String algorithm = key.algorithm().jwa();
        return JWTAuth.create(
                null,
                new JWTAuthOptions()
                        .setJWTOptions(new JWTOptions()
                                .setAlgorithm(algorithm)
                                .setIgnoreExpiration(true)
                                .setNoTimestamp(true))
                        .addPubSecKey(
                                new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(key.material())));
    }
}
