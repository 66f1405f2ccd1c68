package dev.millipede.websocket;

import io.netty.util.internal.PlatformDependent;

/** How many unsent bytes the connections of one instance may have together. */
final class UnsentBound {
    /**
     * Half of what the JVM has room for, where nothing is said. What is counted lies partly in direct memory, the bytes, and
     * partly in the heap, an object or two for each write; so the smaller of the two counts.
     */
    private static final long BY_DEFAULT =
            Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory()) / 2;

    private UnsentBound() {}

    /** The share of one of so many instances: connections are spread over them evenly. */
    static long share(Limits limits, int instances) {
        long node = limits.outboxBytesPerNode() > 0 ? limits.outboxBytesPerNode() : BY_DEFAULT;
        return Math.max(1, node / instances);
    }
}
