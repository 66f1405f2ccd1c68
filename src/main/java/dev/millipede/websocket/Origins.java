package dev.millipede.websocket;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which pages may open connections: the guard against cross-site WebSocket hijacking. Pure. */
final class Origins {
    private Origins() {}

    /**
     * No Origin header (not a browser) is allowed always. Else, without a list, one whose host and port equal the Host
     * header; with a list, only those in it, compared whole and without regard to case. {@code null} (a sandboxed page) never.
     */
    static boolean allowed(List<String> origins, @Nullable String host, List<String> allowed) {
        if (origins.isEmpty()) {
            return true;
        }
        if (origins.size() > 1) {
            return false;
        }
        String origin = origins.get(0).toLowerCase(Locale.ROOT);
        if (origin.equals("null")) {
            return false;
        }
        for (String each : allowed) {
            if (each.toLowerCase(Locale.ROOT).equals(origin)) {
                return true;
            }
        }
        return allowed.isEmpty()
                && host != null
                && host.toLowerCase(Locale.ROOT).equals(authority(origin));
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
