package dev.millipede.os;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a host says of itself; empty is not known. {@link Long#MAX_VALUE} is a limit that sets none.
 *
 * @param kernel name and release, for example {@code Linux 6.1.0}; empty where it is not Linux
 */
public record HostFacts(
        Optional<String> kernel, Descriptors descriptors, Memory memory, Tcp tcp, Ports ports, Conntrack conntrack) {

    /**
     * Open files and watches.
     *
     * @param soft limit of this process, the one in force
     * @param hard limit of this process, to which it may raise the soft one
     * @param perProcess {@code fs.nr_open}, above which nobody can set a limit
     * @param perHost {@code fs.file-max}
     * @param open on the host now
     * @param watches {@code fs.epoll.max_user_watches}: sockets that all processes of a user may have in epoll
     */
    public record Descriptors(
            OptionalLong soft,
            OptionalLong hard,
            OptionalLong perProcess,
            OptionalLong perHost,
            OptionalLong open,
            OptionalLong watches) {}

    /**
     * Memory, in bytes.
     *
     * @param total of the host
     * @param available on the host without swapping
     * @param swapped out now
     * @param group what the control group of this process may use; empty where none bounds it
     */
    public record Memory(OptionalLong total, OptionalLong available, OptionalLong swapped, Optional<Group> group) {}

    /**
     * A control group that bounds memory: of this process' own and those above it the one with least room.
     *
     * @param limit in bytes
     * @param used in bytes, without the file cache that can be dropped
     */
    public record Group(long limit, long used) {
        long room() {
            return Math.max(0, limit - used);
        }
    }

    /**
     * TCP.
     *
     * @param pressure pages of buffers from which the kernel saves, the second of {@code tcp_mem}
     * @param high pages of buffers there may be, the third of {@code tcp_mem}
     * @param pages of buffers there are
     * @param seen connections that stand or have ended within the last minute
     * @param somaxconn connections that may wait to be accepted, whatever the listener asks for
     * @param synBacklog connections that may be half open at a listener, where {@code cookies} is 0
     * @param cookies whether SYN cookies are sent when a queue is full, 0 = no
     * @param overflows connections that found a listener's queue full, since boot
     * @param drops connections that a listener dropped for any reason, since boot
     * @param pressures times that buffers were short, since boot
     */
    public record Tcp(
            OptionalLong pressure,
            OptionalLong high,
            OptionalLong pages,
            OptionalLong seen,
            OptionalLong somaxconn,
            OptionalLong synBacklog,
            OptionalLong cookies,
            OptionalLong overflows,
            OptionalLong drops,
            OptionalLong pressures) {}

    /**
     * Ports that the kernel gives to outgoing connections.
     *
     * @param low the lowest
     * @param high the highest
     * @param reserved kept from being given, both ends of each range included
     */
    public record Ports(OptionalLong low, OptionalLong high, List<Range> reserved) {
        /** Both ends included. */
        public record Range(long low, long high) {}

        /** Whether an outgoing connection may be given this one. */
        boolean mayGive(long port) {
            return low.isPresent()
                    && high.isPresent()
                    && port >= low.getAsLong()
                    && port <= high.getAsLong()
                    && reserved.stream().noneMatch(range -> port >= range.low && port <= range.high);
        }

        /** How many it may give. */
        OptionalLong count() {
            if (low.isEmpty() || high.isEmpty()) {
                return OptionalLong.empty();
            }
            long count = 0;
            for (long port = low.getAsLong(); port <= Math.min(high.getAsLong(), 65_535); port++) {
                count += mayGive(port) ? 1 : 0;
            }
            return OptionalLong.of(count);
        }
    }

    /**
     * The table of connections that the firewall tracks.
     *
     * @param max entries; empty where it is not loaded
     * @param count entries now
     */
    public record Conntrack(OptionalLong max, OptionalLong count) {}
}
