package dev.millipede.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A tree of {@code proc} and {@code sys} as a Linux host has it: at first one of 16 GiB free memory that is tuned for two million
 * connections, tracks none, and is in no control group.
 */
public final class FakeHost {
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             96529                96529                processes
            Max open files            %-20s %-20s files
            Max locked memory         8388608              8388608              bytes
            """;

    private final Path root;

    /** Writes it below {@code root}. */
    public FakeHost(Path root) {
        this.root = root;
        set("proc/sys/kernel/ostype", "Linux");
        set("proc/sys/kernel/osrelease", "6.1.0-test");
        nofile("3000000", "3000000");
        set("proc/sys/fs/nr_open", "4000000");
        set("proc/sys/fs/file-max", "9000000");
        set("proc/sys/fs/file-nr", "1000\t0\t9000000");
        set("proc/sys/fs/epoll/max_user_watches", "5000000");
        memory(20, 16, 0);
        set("proc/sys/net/ipv4/tcp_mem", "1500000\t2250000\t3000000");
        set("proc/sys/net/core/somaxconn", "65535");
        set("proc/sys/net/ipv4/tcp_max_syn_backlog", "65535");
        set("proc/sys/net/ipv4/tcp_syncookies", "1");
        set("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999");
        set("proc/sys/net/ipv4/ip_local_reserved_ports", "");
        set("proc/net/sockstat", "sockets: used 13\nTCP: inuse 5 orphan 0 tw 0 alloc 7 mem 20\nUDP: inuse 0 mem 0");
        counters(0, 0, 0);
        set("proc/net/snmp", "Ip: Forwarding\nIp: 1\nTcp: MaxConn ActiveOpens CurrEstab\nTcp: -1 5 3");
        set("proc/self/cgroup", "0::/");
    }

    /** Where it is. */
    public Path root() {
        return root;
    }

    /** Writes a file and a line end. */
    public FakeHost set(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a file. */
    public FakeHost remove(String path) {
        try {
            Files.delete(root.resolve(path));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The limit of open files, as {@code /proc/self/limits} writes it. */
    public FakeHost nofile(String soft, String hard) {
        return set("proc/self/limits", LIMITS.formatted(soft, hard));
    }

    /** Memory of the host, in GiB; so much of 4 GiB of swap is in use. */
    public FakeHost memory(int total, int available, int swapped) {
        return set("proc/meminfo", """
                MemTotal:       %d kB
                MemFree:        100 kB
                MemAvailable:   %d kB
                SwapTotal:      %d kB
                SwapFree:       %d kB""".formatted(total << 20, available << 20, 4 << 20, (4 - swapped) << 20));
    }

    /** What listeners and buffers have gone through since boot. */
    public FakeHost counters(long overflows, long drops, long pressures) {
        return set("proc/net/netstat", """
                TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPMemoryPressures
                TcpExt: 0 %d %d %d
                IpExt: ListenOverflows
                IpExt: 77""".formatted(overflows, drops, pressures));
    }
}
