package dev.millipede.os;

import java.util.OptionalLong;

/**
 * What a Redis allows; empty is not known.
 *
 * @param maxClients connections it takes
 * @param clients connections it has now
 * @param outputLimit bytes that may wait for a connection that listens, {@link Long#MAX_VALUE} = no limit
 * @param unknown why something is not known, else empty
 */
public record RedisFacts(OptionalLong maxClients, OptionalLong clients, OptionalLong outputLimit, String unknown) {
    /** A node publishes, reads and listens on a connection each. */
    static final long CONNECTIONS_PER_NODE = 3;
}
