package dev.millipede.api;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import dev.millipede.tls.TlsFiles;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code internal}: the listener for backends, metrics and health.
 *
 * @param host the address or name to listen on; default 127.0.0.1
 * @param port 0..65535, 0 = any free port; host and port of the public listener = that one serves both; default 9000
 * @param apiKeys keys of the HTTP API, printable ASCII, beyond loopback at least 32 bytes each; default none: the API
 *     answers 401
 * @param tls the certificate to serve, and whether clients need one; default null: no TLS
 */
public record InternalConfig(
        String host,
        int port,
        List<String> apiKeys,
        @Nullable TlsFiles tls) {
    /** Loopback, port 9000, no keys. */
    public static final InternalConfig DEFAULTS = new InternalConfig("127.0.0.1", 9000, List.of(), null);

    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x21-\\x7e]+");

    /** Reads the section. */
    public static InternalConfig read(ConfigCursor cursor) {
        InternalConfig config = new InternalConfig(
                cursor.string("host", DEFAULTS.host),
                cursor.integer("port", DEFAULTS.port, 0, 65535),
                cursor.secrets("apiKeys"),
                TlsFiles.readWithClients(cursor.section("tls")));
        if (!config.apiKeys.stream().allMatch(key -> HEADER_VALUE.matcher(key).matches())) {
            cursor.reject("apiKeys", "must be printable ASCII without spaces");
        }
        return config;
    }

    /** With the keys masked. */
    @Override
    public String toString() {
        return "InternalConfig[host=" + host + ", port=" + port + ", apiKeys=" + Mask.secrets(apiKeys) + ", tls=" + tls
                + ']';
    }
}
