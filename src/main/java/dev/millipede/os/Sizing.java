package dev.millipede.os;

/**
 * The constants of all sizing and what they come to. docs/operations.md, "Sizing", says where each was measured. Bytes unless said
 * otherwise; {@code connections} are not negative.
 */
final class Sizing {
    /** Kernel memory of one idle connection at this end: socket, file, epoll entry. */
    static final long KERNEL_BYTES = 4_105;

    /** Live heap of one connection with a few subscriptions. */
    static final long HEAP_BYTES = 2_048;

    /** A heap must be so many times what lives in it, for the collector to have room. */
    static final long HEAP_HEADROOM = 2;

    /** Heap of a node without connections, with room. */
    static final long HEAP_BASE = 64L << 20;

    /** What a JVM takes beside its heap, without the buffers of publications under way. */
    static final long NATIVE_BASE = 140L << 20;

    /** Descriptors that the system itself needs, of those of the whole host. */
    static final long SYSTEM_DESCRIPTORS = 4_096;

    /** The most connections one node can be configured for. */
    static final long MOST = 10_000_000;

    private static final long SMALLEST_NOFILE = 65_536;
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;

    private Sizing() {}

    /** Memory of one connection in kernel and heap, the collector's room included. */
    static long bytesPerConnection() {
        return KERNEL_BYTES + HEAP_BYTES * HEAP_HEADROOM;
    }

    /** The heap, {@code -Xmx}, that so many connections need: whole MiB. */
    static long heap(long connections) {
        return ceil(HEAP_BASE + connections * HEAP_BYTES * HEAP_HEADROOM, MIB) * MIB;
    }

    /** The connections that a heap is enough for. */
    static long connectionsOfHeap(long heap) {
        return Math.max(0, heap - HEAP_BASE) / (HEAP_BYTES * HEAP_HEADROOM);
    }

    /** The limit of open files, of one process, that so many connections need. */
    static long nofile(long connections, int reserve) {
        long wanted = Math.max(ceil(connections * 100, 95) + 128, connections + reserve);
        return Math.max(SMALLEST_NOFILE, ceil(wanted, KIB) * KIB);
    }

    /** For how many connections scripts/tune-linux.sh makes at least this limit of open files. */
    static long connectionsOfScript(long nofile) {
        return Math.min(MOST, ceil(Math.max(1, nofile - 128) * 95, 100));
    }

    /** The {@code fs.file-max} that so many connections need. */
    static long fileMax(long connections) {
        return connections + connections / 10 + 65_536;
    }

    /** The {@code nf_conntrack_max} that so many connections need, where they are tracked. */
    static long conntrackMax(long connections) {
        return connections + connections / 4 + 65_536;
    }

    static long ceil(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
