package dev.millipede.auth;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code auth}: who may connect.
 *
 * @param anonymous whether a connection without a token is let in as the anonymous user; default false
 * @param hmacSecret the secret of connection tokens (JWT, HS256), its UTF-8 bytes are the key; beyond loopback at least
 *     32 bytes; default null, no token is valid
 * @param insecure whether every connection may do everything without a token, for tests, on loopback only; default
 *     false
 */
public record AuthConfig(boolean anonymous, @Nullable String hmacSecret, boolean insecure) {
    /** Nobody may connect. */
    public static final AuthConfig DEFAULTS = new AuthConfig(false, null, false);

    /** Reads the section. */
    public static AuthConfig read(ConfigCursor cursor) {
        return new AuthConfig(
                cursor.bool("anonymous", DEFAULTS.anonymous),
                cursor.secretOrNull("hmacSecret"),
                cursor.bool("insecure", DEFAULTS.insecure));
    }

    /** With the secret masked. */
    @Override
    public String toString() {
        return "AuthConfig[anonymous=" + anonymous + ", hmacSecret=" + Mask.secret(hmacSecret) + ", insecure="
                + insecure + ']';
    }
}
