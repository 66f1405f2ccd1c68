package dev.millipede.os;

import dev.millipede.os.HostFacts.Tcp;
import dev.millipede.os.Verdict.Note;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What is wrong or worth knowing and stops no count. What is wrong comes first. Used once. */
final class Notes {
    /** Less than this in swap is what Linux puts there by itself. */
    private static final long SWAPPED = 64L << 20;

    /**
     * What Redis keeps for a connection that listens, unless told otherwise. {@code websocket.deliveryBudget} is no measure of it: the
     * router never stops reading, so that only what comes while its JVM or machine stands still waits in Redis.
     */
    private static final long REDIS_OUTPUT = 32L << 20;

    private final HostFacts facts;
    private final Asked asked;
    private final List<Note> notes = new ArrayList<>();

    Notes(HostFacts facts, Asked asked) {
        this.facts = facts;
        this.asked = asked;
    }

    List<Note> all() {
        queues();
        buffers();
        ports();
        swap();
        redis();
        conntrack();
        assumptions();
        unknown();
        return List.copyOf(notes);
    }

    private void queues() {
        Tcp tcp = facts.tcp();
        queue("net.core.somaxconn", tcp.somaxconn(), "connections that come at once and wait to be accepted");
        if (tcp.cookies().orElse(0) == 0) {
            queue(
                    "net.ipv4.tcp_max_syn_backlog",
                    tcp.synBacklog(),
                    "connections that are half open, as SYN cookies are off");
        }
        if (tcp.overflows().orElse(0) > 0) {
            wrong(
                    "ListenOverflows",
                    "since boot " + Sizes.grouped(tcp.overflows().getAsLong())
                            + " connections, of any program here, found a listener's queue full: clients tried again after 1 s or more",
                    "where it rises: " + tune() + ", http.backlog higher, and less else on these cores");
        } else if (tcp.drops().orElse(0) > 0) {
            wrong(
                    "ListenDrops",
                    "since boot listeners here dropped "
                            + Sizes.grouped(tcp.drops().getAsLong())
                            + " connections, and not because their queues were full",
                    "where it rises: look for a shortage of memory (dmesg, net.ipv4.tcp_mem)");
        }
    }

    private void queue(String name, OptionalLong value, String what) {
        if (value.isPresent() && value.getAsLong() < asked.backlog()) {
            wrong(
                    name,
                    Sizes.grouped(value.getAsLong()) + " is less than http.backlog " + Sizes.grouped(asked.backlog())
                            + " and counts instead of it: no more " + what
                            + "; the surplus tries again after 1 s or more",
                    tune());
        }
    }

    private void buffers() {
        Tcp tcp = facts.tcp();
        if (tcp.pages().isPresent()
                && tcp.pressure().isPresent()
                && tcp.pages().getAsLong() >= tcp.pressure().getAsLong()) {
            wrong(
                    "tcp_mem",
                    "TCP is short of buffers now: " + Sizes.grouped(tcp.pages().getAsLong())
                            + " pages, pressure begins at "
                            + Sizes.grouped(tcp.pressure().getAsLong()),
                    tune());
        } else if (tcp.pressures().orElse(0) > 0) {
            wrong(
                    "TCPMemoryPressures",
                    "since boot TCP was short of buffers "
                            + Sizes.grouped(tcp.pressures().getAsLong()) + " times",
                    tune());
        }
    }

    private void ports() {
        List<Integer> taken = new ArrayList<>(asked.publicPorts());
        taken.addAll(asked.otherPorts());
        List<String> given = taken.stream()
                .filter(facts.ports()::mayGive)
                .distinct()
                .map(String::valueOf)
                .toList();
        if (!given.isEmpty()) {
            String list = String.join(",", given);
            wrong(
                    "net.ipv4.ip_local_port_range",
                    "our port " + list
                            + " lies among those given to outgoing connections: one may have it when the node starts",
                    tune() + " --ports " + list + "  (net.ipv4.ip_local_reserved_ports)");
        }
    }

    private void swap() {
        if (facts.memory().swapped().orElse(0) > SWAPPED) {
            wrong(
                    "swap",
                    Sizes.show(facts.memory().swapped().getAsLong())
                            + " are swapped out: a collection that has to read heap back stands still for it",
                    "more memory, or less on this host");
        }
    }

    private void redis() {
        if (asked.redis().isEmpty()) {
            return;
        }
        RedisFacts redis = asked.redis().get();
        if (redis.outputLimit().orElse(Long.MAX_VALUE) < REDIS_OUTPUT) {
            wrong(
                    "redis.client-output-buffer-limit",
                    "pubsub " + Sizes.show(redis.outputLimit().getAsLong())
                            + " is less than Redis' own " + Sizes.show(REDIS_OUTPUT)
                            + ": Redis cuts a node off that stands still for a moment of a burst",
                    "redis-cli CONFIG SET client-output-buffer-limit \"pubsub " + REDIS_OUTPUT + ' ' + REDIS_OUTPUT / 4
                            + " 60\", and in redis.conf");
        }
        if (!redis.unknown().isEmpty()) {
            said("redis", redis.unknown());
        }
    }

    private void conntrack() {
        if (Walls.isConntrackIdle(facts)) {
            said(
                    "net.netfilter.nf_conntrack_max",
                    "the firewall tracks no connections, which is best; once it does, "
                            + Sizes.grouped(facts.conntrack().max().orElse(0)) + " is a wall");
        } else if (facts.conntrack().max().isEmpty() && facts.kernel().isPresent()) {
            said("net.netfilter.nf_conntrack_max", "connections are not tracked, which is best");
        }
    }

    private void assumptions() {
        said("heap", Sizes.show(asked.heap()) + ", as this command was given; --heap SIZE for the node's -Xmx");
        if (asked.balancerAddresses() == 0) {
            said(
                    "balancer.ports",
                    "clients come directly and bring ports of their own: no wall; --balancer-addresses K for a balancer with K of them");
        }
        said(
                "memory, descriptors",
                "what is in use now counts as taken: a node that runs already is counted against itself");
    }

    private void unknown() {
        if (facts.kernel().isEmpty()) {
            said("kernel", "this is not Linux, or /proc cannot be read: nothing of the kernel is known");
            return;
        }
        Map<String, OptionalLong> all = new LinkedHashMap<>();
        all.put("nofile", facts.descriptors().soft());
        all.put("fs.nr_open", facts.descriptors().perProcess());
        all.put("fs.file-max", facts.descriptors().perHost());
        all.put("fs.epoll.max_user_watches", facts.descriptors().watches());
        all.put("memory", facts.memory().available());
        all.put("net.ipv4.tcp_mem", facts.tcp().high());
        all.put("net.core.somaxconn", facts.tcp().somaxconn());
        all.put("net.ipv4.tcp_max_syn_backlog", facts.tcp().synBacklog());
        all.put("ListenOverflows", facts.tcp().overflows());
        all.put("net.ipv4.ip_local_port_range", facts.ports().count());
        all.forEach((name, value) -> {
            if (value.isEmpty()) {
                said(name, "not known: it cannot be read here");
            }
        });
    }

    private String tune() {
        return "scripts/tune-linux.sh apply --connections " + Walls.wanted(facts, asked);
    }

    private void wrong(String name, String says, String fix) {
        notes.add(new Note(name, says, fix));
    }

    private void said(String name, String says) {
        notes.add(new Note(name, says, ""));
    }
}
