package dev.millipede.cluster;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code cluster}: how the nodes find each other.
 *
 * @param enabled whether this node joins others; default false
 * @param host the address that the other nodes reach this one at; default 127.0.0.1
 * @param port port of the membership protocol, 0..65535, 0 = any free port; default 5701
 * @param busPort port of the event bus, 0..65535, 0 = {@code port} + 100; default 0
 * @param members {@code host} or {@code host:port} of nodes to ask first, this one may be among them; default none
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

    private static final Pattern MEMBER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/]+)(:\\d{1,5})?");

    /** Reads the section. */
    public static ClusterConfig read(ConfigCursor cursor) {
        ClusterConfig config = new ClusterConfig(
                cursor.bool("enabled", DEFAULTS.enabled),
                cursor.string("host", DEFAULTS.host),
                cursor.integer("port", DEFAULTS.port, 0, 65535),
                cursor.integer("busPort", DEFAULTS.busPort, 0, 65535),
                cursor.strings("members"),
                cursor.secretOrNull("secret"));
        if (!config.members.stream().allMatch(each -> MEMBER.matcher(each).matches())) {
            cursor.reject("members", "must hold addresses, for example \"10.0.0.7:5701\"");
        }
        if (config.effectiveBusPort() > 65535) {
            cursor.reject("busPort", "port + 100 is beyond 65535, set busPort itself");
        }
        return config;
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
