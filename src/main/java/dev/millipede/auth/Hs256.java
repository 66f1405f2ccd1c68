package dev.millipede.auth;

import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;

/** Makes JWT providers that know one HMAC SHA-256 key and nothing else. */
final class Hs256 {
    static final String ALGORITHM = "HS256";

    private Hs256() {}

    /**
     * The provider of a secret. Times in tokens are left to the caller's clock. It needs no Vert.x instance because it reads
     * no key store.
     *
     * @throws IllegalArgumentException when the secret is empty: a provider without a key takes unsigned tokens
     */
    static JWTAuth provider(String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the secret for tokens is empty");
        }
        return JWTAuth.create(
                null,
                new JWTAuthOptions()
                        .setJWTOptions(new JWTOptions()
                                .setAlgorithm(ALGORITHM)
                                .setIgnoreExpiration(true)
                                .setNoTimestamp(true))
                        .addPubSecKey(
                                new PubSecKeyOptions().setAlgorithm(ALGORITHM).setBuffer(secret)));
    }
}
