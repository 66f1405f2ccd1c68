package dev.millipede.client;

/**
 * How patient a client is; all in milliseconds.
 *
 * @param minDelay before it connects or subscribes again, at least
 * @param maxDelay before it does so after many failures, at most
 * @param timeout for the handshake and for the answer to a command; past it the connection is given up
 * @param pingDelay how much later than announced a ping may come; past it the connection is given up
 */
public record Settings(long minDelay, long maxDelay, long timeout, long pingDelay) {
    /** Those of the SDK. */
    public static final Settings SDK = new Settings(500, 20_000, 5_000, 10_000);
}
