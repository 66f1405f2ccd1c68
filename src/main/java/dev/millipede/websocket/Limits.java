package dev.millipede.websocket;

import dev.millipede.config.ConfigCursor;
import java.time.Duration;

/**
 * How much connections may ask for; may change while the node runs. Of each rate 0 = as much as it likes, the default.
 *
 * @param channelsPerConnection subscriptions of one connection, automatic ones included, 1..10,000; default 128
 * @param connectionsPerUser connections of one user on all nodes, 0..1,000,000; anonymous ones are not counted
 * @param connectionsPerSecond connections this node takes in a second, 0..1,000,000
 * @param connectionBurst connections it takes at once after a pause, 0..10,000,000; 0 = those of a second
 * @param commandsPerSecond commands of one connection in a second, 0..1,000,000
 * @param publicationsPerSecond publications of one connection in a second, 0..1,000,000
 * @param bytesPerSecond bytes read of one connection in a second, 0..1 GiB
 * @param burst for how long after a pause a connection may have saved up each of the three, 100 ms..10 m; default 1 s
 * @param outboxBytesPerNode unsent bytes of all connections of this node, 0..1 TiB; 0 = half of the JVM's heap or direct
 *     memory, whichever is smaller
 */
public record Limits(
        int channelsPerConnection,
        int connectionsPerUser,
        int connectionsPerSecond,
        int connectionBurst,
        int commandsPerSecond,
        int publicationsPerSecond,
        int bytesPerSecond,
        Duration burst,
        long outboxBytesPerNode) {
    private static final int MILLION = 1_000_000;
    private static final int GIB = 1 << 30;

    /** Nothing but channels and unsent bytes is limited. */
    public static final Limits DEFAULTS = new Limits(128, 0, 0, 0, 0, 0, 0, Duration.ofSeconds(1), 0);

    /** Reads those that are keys of the section {@code websocket}, and its section {@code limits}. */
    static Limits read(ConfigCursor websocket) {
        ConfigCursor limits = websocket.section("limits");
        return new Limits(
                websocket.integer("channelsPerConnection", DEFAULTS.channelsPerConnection, 1, 10_000),
                websocket.integer("connectionsPerUser", DEFAULTS.connectionsPerUser, 0, MILLION),
                limits.integer("connectionsPerSecond", DEFAULTS.connectionsPerSecond, 0, MILLION),
                limits.integer("connectionBurst", DEFAULTS.connectionBurst, 0, 10 * MILLION),
                limits.integer("commandsPerSecond", DEFAULTS.commandsPerSecond, 0, MILLION),
                limits.integer("publicationsPerSecond", DEFAULTS.publicationsPerSecond, 0, MILLION),
                limits.size("bytesPerSecond", DEFAULTS.bytesPerSecond, 0, GIB),
                limits.duration("burst", DEFAULTS.burst, Duration.ofMillis(100), Duration.ofMinutes(10)),
                limits.longInteger("outboxBytesPerNode", DEFAULTS.outboxBytesPerNode, 0, 1L << 40));
    }

    /** Whether each connection's commands, publications or bytes have to be counted. */
    boolean countPerConnection() {
        return commandsPerSecond > 0 || publicationsPerSecond > 0 || bytesPerSecond > 0;
    }
}
