package dev.millipede.backplane;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code backplane.redis}: which Redis, and as whom.
 *
 * @param uri {@code redis://}, {@code rediss://} (TLS) or {@code unix://}, may hold user and password; default
 *     {@code redis://127.0.0.1:6379}. With a sentinel only its scheme, user and password count
 * @param user for the ACL of Redis 6 and newer, where the URI has none; default null
 * @param password where the URI has none; default null
 * @param prefix what stands before each channel's name in Redis, 0 to 64 printable ASCII characters; default none
 * @param ca PEM file with the authorities that {@code rediss://} trusts; default null: those of the JVM
 * @param sentinel who knows the master
 */
public record RedisConfig(
        String uri,
        @Nullable String user,
        @Nullable String password,
        String prefix,
        @Nullable String ca,
        SentinelConfig sentinel) {
    /** A Redis on this machine. */
    public static final RedisConfig DEFAULTS =
            new RedisConfig("redis://127.0.0.1:6379", null, null, "", null, SentinelConfig.DEFAULTS);

    private static final Pattern PREFIX = Pattern.compile("[!-~]{0,64}");

    static RedisConfig read(ConfigCursor cursor) {
        String prefix = cursor.stringOrNull("prefix");
        RedisConfig config = new RedisConfig(
                cursor.secret("uri", DEFAULTS.uri),
                cursor.stringOrNull("user"),
                cursor.secretOrNull("password"),
                prefix == null ? "" : prefix,
                cursor.stringOrNull("ca"),
                SentinelConfig.read(cursor.section("sentinel")));
        config.check(cursor);
        return config;
    }

    private void check(ConfigCursor cursor) {
        if (!uri.matches("(redis|rediss|unix)://\\S+")) {
            cursor.reject("uri", "must begin with redis://, rediss:// or unix://");
        } else if (!isWellFormed(uri)) {
            cursor.reject(
                    "uri", "is no address of a Redis, write for example redis://host:6379, special characters as %40");
        }
        if (!PREFIX.matcher(prefix).matches()) {
            cursor.reject("prefix", "must be up to 64 printable ASCII characters without space");
        }
        if (user != null && password == null) {
            cursor.reject("user", "needs a password");
        }
        if (sentinel.isUsed() && uri.startsWith("unix:")) {
            cursor.reject("uri", "with a sentinel must begin with redis:// or rediss://");
        }
    }

    private static boolean isWellFormed(String text) {
        try {
            URI parsed = new URI(text);
            if (parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
                return false;
            }
            boolean unix = text.startsWith("unix:");
            String path = parsed.getPath() == null ? "" : parsed.getPath();
            return unix ? path.length() > 1 : parsed.getHost() != null && path.matches("(/\\d{0,4})?");
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** With all passwords masked. */
    @Override
    public String toString() {
        return "RedisConfig[uri=" + Mask.uri(uri) + ", user=" + user + ", password=" + Mask.secret(password)
                + ", prefix=" + prefix + ", ca=" + ca + ", sentinel=" + sentinel + ']';
    }
}
