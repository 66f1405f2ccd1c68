package dev.millipede.auth;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code auth}: who may connect.
 *
 * @param anonymous whether a connection without a token is let in as the anonymous user; default false
 * @param hmacSecret the secret of tokens (JWT, HS256, HS384, HS512), its UTF-8 bytes are the key; beyond loopback at least
 *     32 bytes; default null, no such token is valid
 * @param previousHmacSecret the secret before it, still good; default null
 * @param publicKey PEM file with the public key of tokens (RS256, RS384, RS512 for RSA; ES256, ES384, ES512 for P-256,
 *     P-384, P-521; EdDSA for Ed25519); default null
 * @param previousPublicKey the one before it, still good; default null
 * @param jwks where an issuer publishes its keys
 * @param audience what the {@code aud} of a token must be or hold; default null, not asked
 * @param issuer what the {@code iss} of a token must be; default null, not asked
 * @param requireExpiry whether a token without {@code exp} is refused; default true
 * @param expiryGrace how long a connection outlives its identity, for the client to bring a new token; default 25 s
 * @param revocation whether tokens can be called back
 * @param insecure whether every connection may do everything without a token, for tests, on loopback only; default
 *     false
 */
public record AuthConfig(
        boolean anonymous,
        @Nullable String hmacSecret,
        @Nullable String previousHmacSecret,
        @Nullable String publicKey,
        @Nullable String previousPublicKey,
        JwksConfig jwks,
        @Nullable String audience,
        @Nullable String issuer,
        boolean requireExpiry,
        Duration expiryGrace,
        RevocationConfig revocation,
        boolean insecure) {
    /** Nobody may connect. */
    public static final AuthConfig DEFAULTS = new AuthConfig(
            false,
            null,
            null,
            null,
            null,
            JwksConfig.DEFAULTS,
            null,
            null,
            true,
            Duration.ofSeconds(25),
            RevocationConfig.DEFAULTS,
            false);

    /** Reads the section, and the key files it names. */
    public static AuthConfig read(ConfigCursor cursor) {
        AuthConfig config = new AuthConfig(
                cursor.bool("anonymous", DEFAULTS.anonymous),
                cursor.secretOrNull("hmacSecret"),
                cursor.secretOrNull("previousHmacSecret"),
                cursor.stringOrNull("publicKey"),
                cursor.stringOrNull("previousPublicKey"),
                JwksConfig.read(cursor.section("jwks")),
                cursor.stringOrNull("audience"),
                cursor.stringOrNull("issuer"),
                cursor.bool("requireExpiry", DEFAULTS.requireExpiry),
                cursor.duration("expiryGrace", DEFAULTS.expiryGrace, Duration.ZERO, Duration.ofMinutes(10)),
                RevocationConfig.read(cursor.section("revocation")),
                cursor.bool("insecure", DEFAULTS.insecure));
        config.check(cursor);
        return config;
    }

    private void check(ConfigCursor cursor) {
        if (previousHmacSecret != null && hmacSecret == null) {
            cursor.reject("previousHmacSecret", "needs hmacSecret");
        }
        if (previousPublicKey != null && publicKey == null) {
            cursor.reject("previousPublicKey", "needs publicKey");
        }
        checkKeyFile(cursor, "publicKey", publicKey);
        checkKeyFile(cursor, "previousPublicKey", previousPublicKey);
        if (publicKey != null && jwks.url() != null) {
            cursor.reject("publicKey", "cannot be used together with jwks.url");
        }
        if (revocation.isOn() && !requireExpiry) {
            cursor.reject("requireExpiry", "must be true where tokens can be revoked");
        }
    }

    private static void checkKeyFile(ConfigCursor cursor, String key, @Nullable String path) {
        try {
            if (path != null) {
                KeyKind.of(PemKey.publicKey(path));
            }
        } catch (UnusableKeyException e) {
            cursor.reject(key, String.valueOf(e.getMessage()));
        }
    }

    /** Whether any token can be valid. */
    public boolean hasKeys() {
        return hmacSecret != null || publicKey != null || jwks.url() != null;
    }

    /** With the secrets masked. */
    @Override
    public String toString() {
        return "AuthConfig[anonymous=" + anonymous + ", hmacSecret=" + Mask.secret(hmacSecret) + ", previousHmacSecret="
                + Mask.secret(previousHmacSecret) + ", publicKey=" + publicKey + ", previousPublicKey="
                + previousPublicKey + ", jwks=" + jwks + ", audience=" + audience + ", issuer=" + issuer
                + ", requireExpiry=" + requireExpiry + ", expiryGrace=" + expiryGrace + ", revocation=" + revocation
                + ", insecure=" + insecure + ']';
    }
}
