package dev.millipede.websocket;

import dev.millipede.config.ConfigCursor;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code http}: the public listener.
 *
 * @param host the address or name to listen on; default 127.0.0.1
 * @param port 0..65535, 0 = any free port; default 8000
 * @param allowedOrigins origins in lower case, {@code scheme://host} or {@code scheme://host:port}, whose pages may
 *     connect; default none: then a request has no Origin or one equal to its Host
 * @param tls the certificate to serve; default null: no TLS
 */
public record HttpConfig(
        String host,
        int port,
        List<String> allowedOrigins,
        @Nullable TlsFiles tls) {
    /** Loopback, port 8000, pages of the same origin, no TLS. */
    public static final HttpConfig DEFAULTS = new HttpConfig("127.0.0.1", 8000, List.of(), null);

    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/?#@\\s]+");

    /**
     * Where the certificate is.
     *
     * @param certificate path of a PEM file with the certificate and its chain
     * @param key path of a PEM file with the private key
     */
    public record TlsFiles(String certificate, String key) {}

    /** Reads the section. */
    public static HttpConfig read(ConfigCursor cursor) {
        return new HttpConfig(
                cursor.string("host", DEFAULTS.host),
                cursor.integer("port", DEFAULTS.port, 0, 65535),
                origins(cursor),
                tls(cursor.section("tls")));
    }

    private static List<String> origins(ConfigCursor cursor) {
        List<String> origins = cursor.strings("allowedOrigins").stream()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .toList();
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                cursor.reject(
                        "allowedOrigins",
                        "must hold origins, scheme, host and port only, for example \"https://chat.example.com\"");
            }
        }
        return origins;
    }

    private static @Nullable TlsFiles tls(ConfigCursor cursor) {
        String certificate = cursor.stringOrNull("certificate");
        String key = cursor.stringOrNull("key");
        if (certificate == null && key != null) {
            cursor.reject("certificate", "must be set where key is");
        }
        if (key == null && certificate != null) {
            cursor.reject("key", "must be set where certificate is");
        }
        return certificate == null || key == null ? null : new TlsFiles(certificate, key);
    }
}
