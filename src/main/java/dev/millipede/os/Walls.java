package dev.millipede.os;

import dev.millipede.os.HostFacts.Descriptors;
import dev.millipede.os.HostFacts.Group;
import dev.millipede.os.Verdict.Wall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** Every limit that stops the count of connections, with the number it allows and what raises it. Used once. */
final class Walls {
    /** Where neither memory nor the command line says how many are wanted. */
    private static final long DEFAULT_WANTED = 100_000;

    private static final long LEAST_WANTED = 1_000;

    private static final String TUNE = "scripts/tune-linux.sh apply --connections ";

    private final HostFacts facts;
    private final Asked asked;
    private final long wanted;
    private final List<Wall> walls = new ArrayList<>();

    Walls(HostFacts facts, Asked asked) {
        this.facts = facts;
        this.asked = asked;
        this.wanted = wanted(facts, asked);
    }

    /** For how many connections fixes are sized: no more than the memory is enough for, if nobody says otherwise. */
    static long wanted(HostFacts facts, Asked asked) {
        OptionalLong room = room(facts);
        long balanced = room.isPresent() ? balanced(room.getAsLong(), asked) : DEFAULT_WANTED;
        long wanted = asked.wanted().orElse(rounded(balanced));
        return Math.max(asked.wanted().isPresent() ? 1 : LEAST_WANTED, Math.min(Sizing.MOST, wanted));
    }

    /** Down to two digits and zeros. */
    private static long rounded(long number) {
        long unit = 1;
        while (number / unit >= 100) {
            unit *= 10;
        }
        return number / unit * unit;
    }

    private static OptionalLong room(HostFacts facts) {
        long host = facts.memory().available().orElse(Long.MAX_VALUE);
        long group = facts.memory().group().map(Group::room).orElse(Long.MAX_VALUE);
        long room = Math.min(host, group);
        return room == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(room);
    }

    /** Connections that fit where the heap is neither too small nor too large for them. */
    private static long balanced(long room, Asked asked) {
        long left = room - Sizing.NATIVE_BASE - asked.buffers() - Sizing.HEAP_BASE;
        return Math.max(0, left) / Sizing.bytesPerConnection();
    }

    /** The lowest first; of equal ones what must be raised first. Those beyond what a node can have are none. */
    List<Wall> inOrder() {
        configured();
        descriptors();
        heap();
        memory();
        kernel();
        balancer();
        redis();
        walls.sort(Comparator.comparingLong(Wall::connections));
        return List.copyOf(walls);
    }

    private void configured() {
        long max = asked.maxConnections();
        if (max > 0) {
            long raised = further(max);
            walls.add(new Wall(
                    "websocket.maxConnections",
                    max,
                    max,
                    "the configuration says so",
                    "\"websocket\": {\"maxConnections\": " + raised + "}, or 0 for what the descriptors allow"));
        }
    }

    private void descriptors() {
        Descriptors descriptors = facts.descriptors();
        if (descriptors.perProcess().isPresent()) {
            long limit = descriptors.perProcess().getAsLong();
            long connections = OpenFiles.connections(limit, asked.descriptorReserve());
            add(
                    "fs.nr_open",
                    limit,
                    connections,
                    "no process may have more open files, whatever its limit says: raise it before nofile",
                    tuneFiles(connections) + "  (fs.nr_open = " + nofile(connections) + ')');
        }
        if (descriptors.soft().isPresent()) {
            long limit = descriptors.soft().getAsLong();
            long connections = OpenFiles.connections(limit, asked.descriptorReserve());
            add("nofile", limit, connections, nofileSays(limit, connections), nofileFix(connections));
        }
        if (descriptors.perHost().isPresent()) {
            long limit = descriptors.perHost().getAsLong();
            long connections = limit - descriptors.open().orElse(0) - Sizing.SYSTEM_DESCRIPTORS;
            add(
                    "fs.file-max",
                    limit,
                    connections,
                    "open files of the whole host, "
                            + Sizes.grouped(descriptors.open().orElse(0)) + " of them taken",
                    tune(connections) + "  (fs.file-max = " + Sizing.fileMax(further(connections)) + ')');
        }
        if (descriptors.watches().isPresent()) {
            long limit = descriptors.watches().getAsLong();
            add(
                    "fs.epoll.max_user_watches",
                    limit,
                    limit,
                    "sockets in epoll, of all processes of a user together",
                    "sysctl -w fs.epoll.max_user_watches=" + further(limit) + ", and in /etc/sysctl.d");
        }
    }

    private String nofileSays(long limit, long connections) {
        return "open files of one process, of which " + Sizes.grouped(Math.max(0, limit - connections))
                + " are kept for all but connections";
    }

    private String nofileFix(long connections) {
        long raised = nofile(connections);
        Descriptors now = facts.descriptors();
        String order = now.perProcess().orElse(Long.MAX_VALUE) < raised ? ", once fs.nr_open is as high" : "";
        String allowed = now.hard().orElse(0) >= raised ? " (root is not needed)" : "";
        return "systemd: LimitNOFILE=" + raised
                + " in the unit, which limits.conf does not reach; a container: --ulimit nofile=" + raised
                + "; a shell: ulimit -n " + raised + allowed + order;
    }

    private long nofile(long connections) {
        return Sizing.nofile(further(connections), asked.descriptorReserve());
    }

    /** The script knows no reserve but its 5 %: where ours is larger, it is told of more connections. */
    private String tuneFiles(long connections) {
        long raised = nofile(connections);
        long told = further(connections);
        return TUNE + (Sizing.nofile(told, 0) >= raised ? told : Sizing.connectionsOfScript(raised));
    }

    private void heap() {
        long connections = Sizing.connectionsOfHeap(asked.heap());
        add(
                "jvm.heap",
                asked.heap(),
                connections,
                Sizes.show(asked.heap()) + ", " + Sizes.grouped(Sizing.HEAP_BYTES)
                        + " bytes for each connection, and as much again for the collector",
                "-Xmx" + (Sizing.heap(further(connections)) >> 20) + 'm');
    }

    private void memory() {
        OptionalLong available = facts.memory().available();
        if (available.isPresent()) {
            memory("memory", available.getAsLong(), available.getAsLong(), "are free on this host", "a host with ");
        }
        if (facts.memory().group().isPresent()) {
            Group group = facts.memory().group().get();
            memory(
                    "cgroup.memory",
                    group.limit(),
                    group.room(),
                    "are free in its control group (container, unit)",
                    "memory limit of the container, or MemoryMax= of the unit: ");
        }
    }

    private void memory(String name, long limit, long room, String where, String more) {
        long left = room - asked.heap() - Sizing.NATIVE_BASE - asked.buffers();
        long connections = Math.max(0, left) / Sizing.KERNEL_BYTES;
        long balanced = balanced(room, asked);
        long used = limit - room;
        String fix;
        if (Sizing.connectionsOfHeap(asked.heap()) > balanced && balanced >= further(connections)) {
            fix = "-Xmx" + (Sizing.heap(balanced) >> 20) + "m leaves the kernel room for " + Sizes.grouped(balanced);
        } else {
            long raised = further(connections);
            long needed =
                    used + Sizing.heap(raised) + Sizing.NATIVE_BASE + asked.buffers() + raised * Sizing.KERNEL_BYTES;
            fix = more + Sizing.ceil(needed, 1L << 20) + " MiB, and -Xmx" + (Sizing.heap(raised) >> 20) + 'm';
        }
        add(
                name,
                limit,
                connections,
                Sizes.show(room) + ' ' + where + "; less the JVM, " + Sizes.grouped(Sizing.KERNEL_BYTES)
                        + " bytes in the kernel for each connection",
                fix);
    }

    private void kernel() {
        if (facts.tcp().high().isPresent()) {
            long pages = facts.tcp().high().getAsLong();
            add(
                    "net.ipv4.tcp_mem",
                    pages,
                    pages,
                    "pages for what is unread or unsent: one for each connection when all have something, idle ones need none",
                    tune(pages) + "  (third field of tcp_mem = " + further(pages) + ')');
        }
        OptionalLong max = facts.conntrack().max();
        if (max.isPresent() && !isConntrackIdle(facts)) {
            long count = facts.conntrack().count().orElse(0);
            long connections = max.getAsLong() - count;
            add(
                    "net.netfilter.nf_conntrack_max",
                    max.getAsLong(),
                    connections,
                    "connections the firewall tracks, " + Sizes.grouped(count)
                            + " of them taken; better is not to track at all",
                    tune(connections) + "  (nf_conntrack_max = " + Sizing.conntrackMax(further(connections)) + ')');
        }
    }

    /** Whether the table is there, and none of the connections seen is in it: no rule of the firewall wants it. */
    static boolean isConntrackIdle(HostFacts facts) {
        return facts.conntrack().count().orElse(1) == 0 && facts.tcp().seen().orElse(0) > 0;
    }

    private void balancer() {
        OptionalLong ports = facts.ports().count();
        long addresses = asked.balancerAddresses();
        if (addresses == 0 || ports.isEmpty()) {
            return;
        }
        long listeners = asked.publicPorts().size();
        long each = ports.getAsLong() * listeners;
        long connections = addresses * each;
        long raised = Sizing.ceil(further(connections), Math.max(1, each));
        add(
                "balancer.ports",
                connections,
                connections,
                Sizes.grouped(addresses) + " source addresses x " + Sizes.grouped(listeners) + " listeners x "
                        + Sizes.grouped(ports.getAsLong())
                        + " ports (of this host; the balancer's count), each combination once",
                "balancers with " + raised
                        + " source addresses in all, or more listeners here; there scripts/tune-linux.sh apply --balancer");
    }

    private void redis() {
        if (asked.redis().isEmpty()) {
            return;
        }
        RedisFacts redis = asked.redis().get();
        if (redis.maxClients().isPresent() && redis.clients().isPresent()) {
            long max = redis.maxClients().getAsLong();
            long nodes = Math.max(0, max - redis.clients().getAsLong()) / RedisFacts.CONNECTIONS_PER_NODE;
            long each = walls.stream().mapToLong(Wall::connections).min().orElse(0);
            add(
                    "redis.maxclients",
                    max,
                    nodes * each,
                    "Redis has room for " + Sizes.grouped(nodes) + " more nodes like this one, "
                            + RedisFacts.CONNECTIONS_PER_NODE + " connections each; the connections are those of all",
                    "redis-cli CONFIG SET maxclients " + max * 2 + ", and in redis.conf");
        }
    }

    private void add(String name, long limit, long connections, String says, String fix) {
        if (connections <= Sizing.MOST || name.equals("jvm.heap")) {
            walls.add(new Wall(name, limit, Math.max(0, connections), says, fix));
        }
    }

    /** How far the fix of a wall goes: to what is wanted, or, where that is had already, to twice as much. */
    private long further(long connections) {
        return connections < wanted ? wanted : Math.max(wanted, Math.min(Sizing.MOST, 2 * connections));
    }

    private String tune(long connections) {
        return TUNE + further(connections);
    }
}
