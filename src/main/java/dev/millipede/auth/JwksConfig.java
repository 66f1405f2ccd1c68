package dev.millipede.auth;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code auth.jwks}: public keys that an issuer publishes (RFC 7517 §5).
 *
 * @param url where; http or https; default null, nowhere
 * @param refresh how often it is asked; default 10 minutes
 * @param timeout how long an answer may take, and a token wait for one, 100 ms..5 s; default 3 seconds
 * @param keepFor how long keys are believed while no answer comes; default 24 hours
 * @param ca PEM file with the authorities that https trusts; default null: those of the JVM
 */
public record JwksConfig(
        @Nullable String url,
        Duration refresh,
        Duration timeout,
        Duration keepFor,
        @Nullable String ca) {
    /** Nobody is asked. */
    public static final JwksConfig DEFAULTS =
            new JwksConfig(null, Duration.ofMinutes(10), Duration.ofSeconds(3), Duration.ofDays(1), null);

    /** Less than a connection has until its connect must be answered, and than a node until it must have started. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(5);

    private static final int MAX_PORT = 65_535;

    static JwksConfig read(ConfigCursor cursor) {
        JwksConfig config = new JwksConfig(
                cursor.stringOrNull("url"),
                cursor.duration("refresh", DEFAULTS.refresh, Duration.ofSeconds(10), Duration.ofDays(1)),
                cursor.duration("timeout", DEFAULTS.timeout, Duration.ofMillis(100), LONGEST_TIMEOUT),
                cursor.duration("keepFor", DEFAULTS.keepFor, Duration.ofSeconds(10), Duration.ofDays(365)),
                cursor.stringOrNull("ca"));
        config.check(cursor);
        return config;
    }

    private void check(ConfigCursor cursor) {
        if (url != null && host() == null) {
            cursor.reject("url", "must be an http or https address, write for example https://id.example.com/jwks");
        }
        if (keepFor.compareTo(refresh) < 0) {
            cursor.reject("keepFor", "must not be shorter than refresh");
        }
    }

    /** Whom the URL asks; null where it is no such URL. */
    public @Nullable String host() {
        try {
            URI parsed = new URI(url == null ? "" : url);
            boolean web = "https".equals(parsed.getScheme()) || "http".equals(parsed.getScheme());
            boolean plain = parsed.getRawUserInfo() == null && parsed.getRawFragment() == null;
            return web && plain && parsed.getPort() <= MAX_PORT ? parsed.getHost() : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** Whether nobody on the way can put keys of his own into an answer. */
    public boolean isEncrypted() {
        return url != null && url.startsWith("https:");
    }

    @Override
    public String toString() {
        return "JwksConfig[url=" + (url == null ? "none" : Mask.uri(url)) + ", refresh=" + refresh + ", timeout="
                + timeout + ", keepFor=" + keepFor + ", ca=" + ca + ']';
    }
}
