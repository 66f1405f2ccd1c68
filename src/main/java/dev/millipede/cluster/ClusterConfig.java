package dev.millipede.cluster;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code cluster}: how the nodes find each other.
 *
 * @param enabled whether this node joins others; default false
 * @param host the one address that this node listens on and the others reach it at, no wildcard; default 127.0.0.1
 * @param port port of the membership protocol, 0..65535, 0 = any free port; default 5701
 * @param busPort port of the event bus, 0..65535, 0 = {@code port} + 100; default 0
 * @param members {@code host} or {@code host:port} (5701 where it is left out) of the nodes, this one may be among them;
 *     default none
 * @param secret what only members know, beyond loopback at least 32 bytes; default null
 */
public record ClusterConfig(
        boolean enabled,
        String host,
        int port,
        int busPort,
        List<String> members,
        @Nullable String secret) {
    /** Alone. */
    public static final ClusterConfig DEFAULTS = new ClusterConfig(false, "127.0.0.1", 5701, 0, List.of(), null);

    private static final Pattern MEMBER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/@\\[\\]]+)(?::(\\d{1,5}))?");

    private static final int MAX_PORT = 65535;

    /** What Java takes for "every address", in any of its spellings: {@code 0}, {@code 0.0.0.0}, {@code ::}, mapped. */
    private static final Pattern WILDCARD = Pattern.compile(
            "\\*|0+(\\.0+){0,3}|\\[?[0:]*:[0:]*(ffff:)?((0+(\\.0+){3})|[0:]*)]?", Pattern.CASE_INSENSITIVE);

    /** Reads the section. */
    public static ClusterConfig read(ConfigCursor cursor) {
        ClusterConfig config = new ClusterConfig(
                cursor.bool("enabled", DEFAULTS.enabled),
                cursor.string("host", DEFAULTS.host),
                cursor.integer("port", DEFAULTS.port, 0, MAX_PORT),
                cursor.integer("busPort", DEFAULTS.busPort, 0, MAX_PORT),
                cursor.strings("members"),
                cursor.secretOrNull("secret"));
        config.check(cursor);
        return config;
    }

    private void check(ConfigCursor cursor) {
        if (WILDCARD.matcher(host).matches()) {
            cursor.reject("host", "must be one address, the one that the other nodes reach this one at");
        }
        if (!members.stream().allMatch(ClusterConfig::isAddress)) {
            cursor.reject("members", "must hold addresses, for example \"10.0.0.7:5701\"");
        }
        if (effectiveBusPort() > MAX_PORT) {
            cursor.reject("busPort", "port + 100 is beyond 65535, set busPort itself");
        }
        if (busPort != 0 && busPort == port) {
            cursor.reject("busPort", "taken by port, use another");
        }
    }

    private static boolean isAddress(String member) {
        Matcher parts = MEMBER.matcher(member);
        return parts.matches() && (parts.group(2) == null || isPort(Integer.parseInt(parts.group(2))));
    }

    private static boolean isPort(int port) {
        return port > 0 && port <= MAX_PORT;
    }

    /** The members as {@code host:port}. */
    List<String> memberAddresses() {
        return members.stream()
                .map(each -> each.matches(".*:\\d+") ? each : each + ':' + DEFAULTS.port)
                .toList();
    }

    /** The port of the event bus; 0 = any free port. */
    public int effectiveBusPort() {
        return busPort != 0 || port == 0 ? busPort : port + 100;
    }

    /** With the secret masked. */
    @Override
    public String toString() {
        return "ClusterConfig[enabled=" + enabled + ", host=" + host + ", port=" + port + ", busPort=" + busPort
                + ", members=" + members + ", secret=" + Mask.secret(secret) + ']';
    }
}
