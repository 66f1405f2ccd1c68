package dev.millipede.auth;

import dev.millipede.channel.Payload;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.PrivateKey;
import java.time.InstantSource;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Makes tokens, for development and tests. Safe on any thread. */
public final class TokenMint {
    private final JWTAuth jwt;
    private final InstantSource clock;

    /**
     * What a token says.
     *
     * @param user the user id; "" for the anonymous user
     * @param ttl seconds from now until it expires; 0 when it never does
     * @param info JSON for {@code conn_info}, or {@code chan_info} of a subscription token; or null
     * @param channel makes it a subscription token of this channel; null for a connection token
     * @param client the one connection a subscription token is for, or null
     * @param id its {@code jti}, or null
     * @param audience its {@code aud}, or null
     * @param issuer its {@code iss}, or null
     */
    public record Order(
            String user,
            long ttl,
            @Nullable Payload info,
            @Nullable String channel,
            @Nullable String client,
            @Nullable String id,
            @Nullable String audience,
            @Nullable String issuer) {}

    /**
     * Signs with HS256.
     *
     * @param secret the key, its UTF-8 bytes
     * @throws IllegalArgumentException when the secret is empty
     */
    public TokenMint(String secret, InstantSource clock) {
        this(SignatureCheck.provider(new SignatureKey(Algorithm.HS256, null, secret)), clock);
    }

    private TokenMint(JWTAuth jwt, InstantSource clock) {
        this.jwt = jwt;
        this.clock = clock;
    }

    /**
     * Signs with the private key of a PEM file: RS256, ES256, ES384, ES512 or EdDSA, as its kind is. Blocks.
     *
     * @throws IllegalArgumentException when that cannot be; the message says why
     */
    public static TokenMint ofKeyFile(String path, InstantSource clock) {
        try {
            PrivateKey key = PemKey.privateKey(path);
            String algorithm = KeyKind.of(key).algorithms().get(0).jwa();
            String pem = "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
            JWTAuthOptions options = new JWTAuthOptions()
                    .setJWTOptions(new JWTOptions().setAlgorithm(algorithm).setNoTimestamp(true))
                    .addPubSecKey(new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(pem));
            return new TokenMint(JWTAuth.create(null, options), clock);
        } catch (UnusableKeyException e) {
            throw new IllegalArgumentException(path + " " + e.getMessage(), e);
        }
    }

    /** A connection token; what is what says {@link Order}. */
    public String mint(String user, long ttl, @Nullable Payload info) {
        return mint(new Order(user, ttl, info, null, null, null, null, null));
    }

    /** A token. */
    public String mint(Order order) {
        long now = Math.floorDiv(clock.millis(), 1000L);
        JsonObject claims = new JsonObject();
        if (!order.user.isEmpty()) {
            claims.put("sub", order.user);
        }
        claims.put("iat", now);
        if (order.ttl != 0) {
            claims.put("exp", now + order.ttl);
        }
        if (order.info != null) {
            claims.put("info", Json.decodeValue(Buffer.buffer(order.info.bytes())));
        }
        put(claims, "channel", order.channel);
        put(claims, "client", order.client);
        put(claims, "jti", order.id);
        put(claims, "aud", order.audience);
        put(claims, "iss", order.issuer);
        return jwt.generateToken(claims);
    }

    private static void put(JsonObject claims, String claim, @Nullable String value) {
        if (value != null) {
            claims.put(claim, value);
        }
    }
}
