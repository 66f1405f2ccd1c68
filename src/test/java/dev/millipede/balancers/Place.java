package dev.millipede.balancers;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The addresses of a balancer and its two nodes; ports are those of the shipped files.
 *
 * @param front where clients and monitoring reach the balancer
 * @param sources the balancer's own towards the nodes
 * @param nodes of the nodes
 */
record Place(String front, List<String> sources, List<String> nodes) {
    static final int HTTPS = 443;
    static final int FIRST_LISTENER = 8000;
    static final int SECOND_LISTENER = 8001;
    static final int INTERNAL = 9000;
    static final int HAPROXY_STATISTICS = 8404;

    /** As the files have them. */
    private static final List<String> SHIPPED_SOURCES = List.of("10.0.0.11", "10.0.0.12");

    private static final List<String> SHIPPED_NODES = List.of("10.0.1.1", "10.0.1.2");

    /** Loopback addresses of this JVM alone, so that every port may be used; {@code number} tells places of one JVM apart, 0-7. */
    static Place own(int number) {
        int from = 10 * number;
        return new Place(
                ownAddress(from + 1),
                List.of(ownAddress(from + 2), ownAddress(from + 3)),
                List.of(ownAddress(from + 4), ownAddress(from + 5)));
    }

    /** A loopback address that no other process of this machine uses; {@code last} 1-254, above 90 for clients. */
    static String ownAddress(int last) {
        long pid = ProcessHandle.current().pid();
        return "127." + (128 + (pid >> 8 & 127)) + '.' + (pid & 255) + '.' + last;
    }

    /** A file with these addresses in place of its own. */
    ShippedFile in(ShippedFile file) {
        ShippedFile own = file;
        for (int i = 0; i < SHIPPED_SOURCES.size(); i++) {
            own = own.with(SHIPPED_SOURCES.get(i), sources.get(i)).with(SHIPPED_NODES.get(i), nodes.get(i));
        }
        return own;
    }

    InetSocketAddress internal(int node) {
        return new InetSocketAddress(nodes.get(node), INTERNAL);
    }
}
