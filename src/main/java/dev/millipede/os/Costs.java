package dev.millipede.os;

/**
 * What things cost in CPU, in microseconds of one core. docs/operations.md, "Sizing", says where each was measured, and how far what
 * they predict is from what was measured.
 */
final class Costs {
    /** A connection that comes to a node just started: handshake, token, connect, three subscriptions. */
    static final double CONNECT = 630;

    /** A ping and its answer. */
    static final double PING = 12.2;

    /** Seconds between pings of a connection, as configured by default. */
    static final double PING_SECONDS = 25;

    /** A publication, by a client and through Redis, without what it costs to deliver it. */
    static final double PUBLICATION = 40.7;

    /** A publication of up to 128 bytes handed to one connection. */
    static final double DELIVERY = 6.4;

    /** Each further KiB of it. */
    static final double DELIVERY_KIB = 0.2;

    /** Redis: a publication and its first copy to a node; as much again for each further copy. */
    static final double REDIS_PUBLICATION = 10.2;

    /** Bytes of Redis' memory for a channel that one node listens to. */
    static final long REDIS_CHANNEL_BYTES = 207;

    /** Bytes around a payload on its way to a client: envelope, frame, TCP, IP, Ethernet. */
    static final long WIRE_BYTES = 130;

    /** How busy a plan has cores be: the rest is for bursts, and for those who come while others are served. */
    static final double BUSY = 0.5;

    private static final double SMALL_PAYLOAD = 128;
    private static final double MICROS = 1e6;

    private Costs() {}

    /** Microseconds that nodes spend on one publication. */
    static double publication(long payload, long fanout) {
        return PUBLICATION + fanout * delivery(payload);
    }

    /** Microseconds for one delivery. */
    static double delivery(long payload) {
        return DELIVERY + Math.max(0, payload - SMALL_PAYLOAD) / 1024 * DELIVERY_KIB;
    }

    /** Cores that are busy all the time with {@code rate} things a second of {@code micros} each. */
    static double cores(double rate, double micros) {
        return rate * micros / MICROS;
    }
}
