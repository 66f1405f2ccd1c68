package dev.millipede.websocket;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a listener is.
 *
 * @param host an address or a name, IPv6 without brackets
 * @param port 0..65535, 0 = any free port
 */
public record ListenAddress(String host, int port) {
    private static final int MAX_PORT = 65_535;
    private static final Pattern TEXT = Pattern.compile("(?:\\[([0-9a-fA-F:.%\\w]+)]|([^\\s:/@\\[\\]]+)):(\\d{1,5})");

    /** What {@code host:port} or {@code [IPv6]:port} says; null where the text is neither. */
    static @Nullable ListenAddress parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        int port = Integer.parseInt(parts.group(3));
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        return port > MAX_PORT ? null : new ListenAddress(host, port);
    }

    /** {@code host:port}, IPv6 in brackets. */
    @Override
    public String toString() {
        return (host.contains(":") ? '[' + host + ']' : host) + ':' + port;
    }
}
