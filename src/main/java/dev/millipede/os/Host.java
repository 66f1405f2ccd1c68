package dev.millipede.os;

import dev.millipede.os.HostFacts.Conntrack;
import dev.millipede.os.HostFacts.Descriptors;
import dev.millipede.os.HostFacts.Memory;
import dev.millipede.os.HostFacts.Ports;
import dev.millipede.os.HostFacts.Tcp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what a Linux host says of itself in {@code /proc} and {@code /sys}. Blocks, but never for long: no file is large. */
public final class Host {
    private static final long KIB = 1024;

    private final ProcFiles files;

    private Host(ProcFiles files) {
        this.files = files;
    }

    /**
     * Reads all of it.
     *
     * @param root above {@code proc} and {@code sys}: {@code /}, or a copy of another host's files
     */
    public static HostFacts read(Path root) {
        Host host = new Host(new ProcFiles(root));
        return new HostFacts(
                host.kernel(), host.descriptors(), host.memory(), host.tcp(), host.ports(), host.conntrack());
    }

    private Optional<String> kernel() {
        List<String> type = files.words("proc/sys/kernel/ostype");
        List<String> release = files.words("proc/sys/kernel/osrelease");
        if (type.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(type.get(0) + (release.isEmpty() ? "" : ' ' + release.get(0)));
    }

    private Descriptors descriptors() {
        OptionalLong soft = OptionalLong.empty();
        OptionalLong hard = OptionalLong.empty();
        for (String line : files.lines("proc/self/limits")) {
            if (line.startsWith("Max open files")) {
                List<String> words = List.of(line.strip().split("\\s+", -1));
                soft = words.size() > 3 ? ProcFiles.number(words.get(3)) : soft;
                hard = words.size() > 4 ? ProcFiles.number(words.get(4)) : hard;
            }
        }
        return new Descriptors(
                soft,
                hard,
                files.number("proc/sys/fs/nr_open", 0),
                files.number("proc/sys/fs/file-max", 0),
                files.number("proc/sys/fs/file-nr", 0),
                files.number("proc/sys/fs/epoll/max_user_watches", 0));
    }

    private Memory memory() {
        OptionalLong swap = kilobytes("SwapTotal");
        OptionalLong free = kilobytes("SwapFree");
        return new Memory(
                kilobytes("MemTotal"),
                kilobytes("MemAvailable"),
                swap.isPresent() && free.isPresent()
                        ? OptionalLong.of(swap.getAsLong() - free.getAsLong())
                        : OptionalLong.empty(),
                new Cgroup(files).tightest());
    }

    private OptionalLong kilobytes(String name) {
        OptionalLong value = files.named("proc/meminfo", name);
        return value.isPresent() ? OptionalLong.of(value.getAsLong() * KIB) : value;
    }

    private Tcp tcp() {
        return new Tcp(
                files.number("proc/sys/net/ipv4/tcp_mem", 1),
                files.number("proc/sys/net/ipv4/tcp_mem", 2),
                sockets("mem"),
                seen(),
                files.number("proc/sys/net/core/somaxconn", 0),
                files.number("proc/sys/net/ipv4/tcp_max_syn_backlog", 0),
                files.number("proc/sys/net/ipv4/tcp_syncookies", 0),
                counter("proc/net/netstat", "TcpExt:", "ListenOverflows"),
                counter("proc/net/netstat", "TcpExt:", "ListenDrops"),
                counter("proc/net/netstat", "TcpExt:", "TCPMemoryPressures"));
    }

    private OptionalLong seen() {
        OptionalLong established = counter("proc/net/snmp", "Tcp:", "CurrEstab");
        return established.isPresent()
                ? OptionalLong.of(established.getAsLong() + sockets("tw").orElse(0))
                : established;
    }

    /** {@code TCP: inuse 1 orphan 0 tw 1 alloc 1 mem 122}: names and values take turns. */
    private OptionalLong sockets(String which) {
        for (String line : files.lines("proc/net/sockstat")) {
            List<String> words = List.of(line.strip().split("\\s+", -1));
            int name = words.indexOf(which);
            if (words.get(0).equals("TCP:") && name > 0 && name + 1 < words.size()) {
                return ProcFiles.number(words.get(name + 1));
            }
        }
        return OptionalLong.empty();
    }

    /** A line of names, and below it one of their values, both after {@code group}. */
    private OptionalLong counter(String path, String group, String name) {
        List<String> names = List.of();
        for (String line : files.lines(path)) {
            List<String> words = List.of(line.strip().split("\\s+", -1));
            if (!words.get(0).equals(group)) {
                continue;
            }
            if (names.isEmpty()) {
                names = words;
            } else {
                int index = names.indexOf(name);
                return index > 0 && index < words.size() ? ProcFiles.number(words.get(index)) : OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    private Ports ports() {
        return new Ports(
                files.number("proc/sys/net/ipv4/ip_local_port_range", 0),
                files.number("proc/sys/net/ipv4/ip_local_port_range", 1),
                reserved());
    }

    /** {@code 8000,9000-9001}, or an empty line. */
    private List<Ports.Range> reserved() {
        List<Ports.Range> ranges = new ArrayList<>();
        for (String word : files.words("proc/sys/net/ipv4/ip_local_reserved_ports")) {
            for (String range : List.of(word.split(",", -1))) {
                String[] ends = range.split("-", 2);
                OptionalLong low = ProcFiles.number(ends[0]);
                OptionalLong high = ProcFiles.number(ends[ends.length - 1]);
                if (low.isPresent() && high.isPresent()) {
                    ranges.add(new Ports.Range(low.getAsLong(), high.getAsLong()));
                }
            }
        }
        return List.copyOf(ranges);
    }

    private Conntrack conntrack() {
        return new Conntrack(
                files.number("proc/sys/net/netfilter/nf_conntrack_max", 0),
                files.number("proc/sys/net/netfilter/nf_conntrack_count", 0));
    }
}
