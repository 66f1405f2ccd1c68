package dev.millipede.websocket;

import dev.millipede.config.ConfigCursor;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The section {@code websocket}: deadlines and bounds of connections.
 *
 * @param path the path of the endpoint; default {@code /connection/websocket}
 * @param instances event loops that own sockets, 0..64, 0 = one per core, at most 64; default 0
 * @param pingInterval time between two pings of the server, 1 s..1 h; default 25 s
 * @param pongTimeout time for the answer to a ping, 100 ms..1 h, shorter than {@code pingInterval}; default 10 s
 * @param handshakeTimeout time from accept to the end of the upgrade; where the listener serves the API, from each
 *     request to the next as well, 100 ms..10 m; default 10 s
 * @param connectTimeout time from the upgrade to the {@code connect} command, 100 ms..10 m; default 10 s
 * @param closeTimeout time for the peer's close frame after ours, 100 ms..10 m; default 5 s
 * @param outboxLimit bytes that may wait for one socket before it is closed as slow, 16 KiB..64 MiB; default 1 MiB
 * @param maxFrameSize bytes of payload in one frame of a client, 1 KiB..16 MiB; default 64 KiB
 * @param maxMessageSize bytes of payload in one message of a client, {@code maxFrameSize}..16 MiB; default 64 KiB
 * @param maxConnections connections of this node, 0..10,000,000, 0 = the open file limit less
 *     {@code descriptorReserve}; default 0
 * @param descriptorReserve file descriptors kept for everything but connections, 0..1,000,000, 0 = 5 % of the open file
 *     limit, at least 128; default 0
 * @param connectionsPerAddress connections of one client address (IPv6: of one /64) at this node, 0..10,000,000, 0 = as
 *     many as it likes; default 0
 * @param deliveryBudget bytes the router may have under way to one instance, 1 MiB..1 GiB; default 32 MiB
 * @param limits how much connections may ask for
 */
public record WebSocketConfig(
        String path,
        int instances,
        Duration pingInterval,
        Duration pongTimeout,
        Duration handshakeTimeout,
        Duration connectTimeout,
        Duration closeTimeout,
        int outboxLimit,
        int maxFrameSize,
        int maxMessageSize,
        int maxConnections,
        int descriptorReserve,
        int connectionsPerAddress,
        int deliveryBudget,
        Limits limits) {
    /** The most event loops that own sockets: the router tells them apart by the bits of a long. */
    public static final int MAX_INSTANCES = 64;

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Pattern PATH = Pattern.compile("/[^\\s?#]*");

    /** What each component says. */
    public static final WebSocketConfig DEFAULTS = new WebSocketConfig(
            "/connection/websocket",
            0,
            Duration.ofSeconds(25),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            MIB,
            64 * KIB,
            64 * KIB,
            0,
            0,
            0,
            32 * MIB,
            Limits.DEFAULTS);

    /** Reads the section. */
    public static WebSocketConfig read(ConfigCursor cursor) {
        WebSocketConfig config = new WebSocketConfig(
                cursor.string("path", DEFAULTS.path),
                cursor.integer("instances", DEFAULTS.instances, 0, MAX_INSTANCES),
                cursor.duration("pingInterval", DEFAULTS.pingInterval, Duration.ofSeconds(1), Duration.ofHours(1)),
                cursor.duration("pongTimeout", DEFAULTS.pongTimeout, SHORTEST, Duration.ofHours(1)),
                cursor.duration("handshakeTimeout", DEFAULTS.handshakeTimeout, SHORTEST, LONGEST),
                cursor.duration("connectTimeout", DEFAULTS.connectTimeout, SHORTEST, LONGEST),
                cursor.duration("closeTimeout", DEFAULTS.closeTimeout, SHORTEST, LONGEST),
                cursor.size("outboxLimit", DEFAULTS.outboxLimit, 16 * KIB, 64 * MIB),
                cursor.size("maxFrameSize", DEFAULTS.maxFrameSize, KIB, 16 * MIB),
                cursor.size("maxMessageSize", DEFAULTS.maxMessageSize, KIB, 16 * MIB),
                cursor.integer("maxConnections", DEFAULTS.maxConnections, 0, 10_000_000),
                cursor.integer("descriptorReserve", DEFAULTS.descriptorReserve, 0, 1_000_000),
                cursor.integer("connectionsPerAddress", DEFAULTS.connectionsPerAddress, 0, 10_000_000),
                cursor.size("deliveryBudget", DEFAULTS.deliveryBudget, MIB, 1024 * MIB),
                Limits.read(cursor));
        config.check(cursor);
        return config;
    }

    private void check(ConfigCursor cursor) {
        if (!PATH.matcher(path).matches()) {
            cursor.reject("path", "must begin with / and hold no space, ? or #");
        }
        if (pongTimeout.compareTo(pingInterval) >= 0) {
            cursor.reject("pongTimeout", "must be shorter than pingInterval");
        }
        if (maxMessageSize < maxFrameSize) {
            cursor.reject("maxMessageSize", "must not be smaller than maxFrameSize");
        }
    }
}
