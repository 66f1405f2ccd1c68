package dev.millipede.websocket;

import dev.millipede.config.ConfigCursor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which pages may open connections: the guard against cross-site WebSocket hijacking. Pure. */
final class Origins {
    /** Stands for every origin, {@code null} included. */
    static final String EVERY = "*";

    private static final String WILDCARD = "://*.";

    /** As browsers write them: host names in ASCII, IDN in Punycode; a wildcard in front of at least one label. */
    private static final Pattern ENTRY = Pattern.compile(
            "\\*|[a-z][a-z0-9+.-]*://(\\*\\.)?([a-z0-9_-]++(?:\\.[a-z0-9_-]++)*+|\\[[0-9a-f:.]+])(:\\d{1,5})?");

    /** Possessive, for a stranger says how many there are: what can be taken back is kept on the stack. */
    private static final Pattern LABELS = Pattern.compile("[a-z0-9_-]++(?:\\.[a-z0-9_-]++)*+");

    private Origins() {}

    /** Reads {@code allowedOrigins}: in lower case, without the port where it is the scheme's own, as browsers leave it out. */
    static List<String> read(ConfigCursor cursor) {
        List<String> origins = cursor.strings("allowedOrigins").stream()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .toList();
        if (!origins.stream().allMatch(each -> ENTRY.matcher(each).matches())) {
            cursor.reject(
                    "allowedOrigins",
                    "must hold origins, scheme, host and port only, in ASCII, for example \"https://chat.example.com\""
                            + " or \"https://*.example.com\", or \"*\"");
        }
        return origins.stream().map(Origins::withoutDefaultPort).toList();
    }

    private static String withoutDefaultPort(String origin) {
        if (origin.startsWith("https:")) {
            return origin.replaceFirst(":443$", "");
        }
        return origin.startsWith("http:") ? origin.replaceFirst(":80$", "") : origin;
    }

    /**
     * No Origin header (not a browser) is allowed always, two never. Else, without a list, one whose host and port equal the
     * Host header; with a list, only those in it, compared whole and without regard to case. {@code null} (a sandboxed page)
     * only where every origin is.
     *
     * @param allowed as {@link #read}; {@code https://*.example.com} stands for one or more labels before {@code .example.com}
     */
    static boolean allowed(List<String> origins, @Nullable String host, List<String> allowed) {
        if (origins.isEmpty()) {
            return true;
        }
        if (origins.size() > 1) {
            return false;
        }
        String origin = origins.get(0).toLowerCase(Locale.ROOT);
        for (String each : allowed) {
            if (matches(each, origin)) {
                return true;
            }
        }
        return allowed.isEmpty()
                && host != null
                && host.toLowerCase(Locale.ROOT).equals(authority(origin));
    }

    private static boolean matches(String entry, String origin) {
        int wildcard = entry.indexOf(WILDCARD);
        if (wildcard < 0) {
            return entry.equals(origin) || entry.equals(EVERY);
        }
        String before = entry.substring(0, wildcard + "://".length());
        String after = entry.substring(wildcard + WILDCARD.length() - 1);
        return origin.length() > before.length() + after.length()
                && origin.startsWith(before)
                && origin.endsWith(after)
                && LABELS.matcher(origin)
                        .region(before.length(), origin.length() - after.length())
                        .matches();
    }

    private static @Nullable String authority(String origin) {
        try {
            URI uri = new URI(origin);
            return uri.getScheme() == null ? null : uri.getRawAuthority();
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
