package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.os.Verdict.Wall;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WallsTest {
    private static final String MEMORY_MAX = "sys/fs/cgroup/memory.max";

    @TempDir
    private Path root;

    private Subject subject;

    @BeforeEach
    void aHostThatIsWell() {
        subject = new Subject(root);
    }

    /**
     * A wrong setting.
     *
     * @param number finds in the fix the value to set
     */
    private record Wrong(
            String name,
            long limit,
            long connections,
            Consumer<Subject> setting,
            String number,
            BiConsumer<Subject, Long> fix) {
        @Override
        public String toString() {
            return name + " = " + limit;
        }
    }

    static Stream<Wrong> wrongSettings() {
        return Stream.of(
                new Wrong(
                        "nofile",
                        1024,
                        896,
                        s -> s.host.nofile("1024", "1024"),
                        "LimitNOFILE=(\\d+)",
                        (s, n) -> s.host.nofile("" + n, "" + n)),
                new Wrong(
                        "nofile",
                        4096,
                        3892,
                        s -> s.host.nofile("4096", "1048576"),
                        "ulimit -n (\\d+)",
                        (s, n) -> s.host.nofile("" + n, "1048576")),
                new Wrong(
                        "fs.nr_open",
                        20_000,
                        19_000,
                        s -> s.host.set("proc/sys/fs/nr_open", "20000"),
                        "fs.nr_open = (\\d+)",
                        (s, n) -> s.host.set("proc/sys/fs/nr_open", "" + n)),
                new Wrong(
                        "fs.file-max",
                        20_000,
                        14_904,
                        s -> s.host.set("proc/sys/fs/file-max", "20000"),
                        "fs.file-max = (\\d+)",
                        (s, n) -> s.host.set("proc/sys/fs/file-max", "" + n)),
                new Wrong(
                        "fs.epoll.max_user_watches",
                        30_000,
                        30_000,
                        s -> s.host.set("proc/sys/fs/epoll/max_user_watches", "30000"),
                        "max_user_watches=(\\d+)",
                        (s, n) -> s.host.set("proc/sys/fs/epoll/max_user_watches", "" + n)),
                new Wrong(
                        "net.ipv4.tcp_mem",
                        50_000,
                        50_000,
                        s -> s.host.set("proc/sys/net/ipv4/tcp_mem", "25000\t37500\t50000"),
                        "tcp_mem = (\\d+)",
                        (s, n) -> s.host.set("proc/sys/net/ipv4/tcp_mem", "25000\t37500\t" + n)),
                new Wrong(
                        "net.netfilter.nf_conntrack_max",
                        65_536,
                        65_436,
                        s -> s.host.set("proc/sys/net/netfilter/nf_conntrack_max", "65536")
                                .set("proc/sys/net/netfilter/nf_conntrack_count", "100"),
                        "nf_conntrack_max = (\\d+)",
                        (s, n) -> s.host.set("proc/sys/net/netfilter/nf_conntrack_max", "" + n)),
                new Wrong(
                        "jvm.heap",
                        128 << 20,
                        16_384,
                        s -> s.heap = 128 << 20,
                        "-Xmx(\\d+)m",
                        (s, n) -> s.heap = n << 20),
                // 1 GiB less 512 MiB of heap, 140 of JVM and 64 of buffers.
                new Wrong(
                        "cgroup.memory",
                        1 << 30,
                        78_675,
                        s -> {
                            s.heap = 512 << 20;
                            s.host.set(MEMORY_MAX, "" + (1 << 30)).set("sys/fs/cgroup/memory.current", "0");
                        },
                        "MemoryMax= of the unit: (\\d+) MiB",
                        (s, n) -> s.host.set(MEMORY_MAX, "" + (n << 20))),
                new Wrong(
                        "memory",
                        1 << 30,
                        78_675,
                        s -> {
                            s.heap = 512 << 20;
                            s.host.memory(2, 1, 0);
                        },
                        "a host with (\\d+) MiB",
                        (s, n) -> s.host.set("proc/meminfo", "MemAvailable: " + (n << 10) + " kB")),
                new Wrong(
                        "balancer.ports",
                        28_232,
                        28_232,
                        s -> s.balancerAddresses = 1,
                        "with (\\d+) source addresses",
                        (s, n) -> s.balancerAddresses = n.intValue()),
                new Wrong(
                        "websocket.maxConnections",
                        5_000,
                        5_000,
                        s -> s.maxConnections = 5_000,
                        "\"maxConnections\": (\\d+)",
                        (s, n) -> s.maxConnections = n.intValue()),
                new Wrong(
                        "redis.maxclients",
                        10_000,
                        0,
                        s -> s.redis = redis(10_000, 9_998),
                        "maxclients (\\d+)",
                        (s, n) -> s.redis = redis(n, 9_998)));
    }

    private static RedisFacts redis(long max, long now) {
        return new RedisFacts(OptionalLong.of(max), OptionalLong.of(now), OptionalLong.empty(), "");
    }

    @Test
    void aHostThatIsWellHoldsWhatItsMemoryIsEnoughFor() {
        // 16 GiB less 8 of heap, 140 MiB of JVM and 64 of buffers, at 4,105 bytes; the heap is enough for 2,080,768.
        assertThat(subject.first().name()).isEqualTo("memory");
        assertThat(subject.verdict().connections()).isEqualTo(2_040_444);
        assertThat(subject.verdict().walls())
                .extracting(Wall::name)
                .containsExactly(
                        "memory",
                        "jvm.heap",
                        "nofile",
                        "net.ipv4.tcp_mem",
                        "fs.nr_open",
                        "fs.epoll.max_user_watches",
                        "fs.file-max");
        assertThat(subject.verdict().notes()).allMatch(note -> note.fix().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void aWrongSettingIsTheFirstWallWithItsNumber(Wrong wrong) {
        wrong.setting.accept(subject);

        assertThat(subject.first().name()).isEqualTo(wrong.name);
        assertThat(subject.first().limit()).isEqualTo(wrong.limit);
        assertThat(subject.first().connections()).isEqualTo(wrong.connections);
        assertThat(subject.verdict().connections()).isEqualTo(wrong.connections);
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void whatItsFixSaysRemovesTheWall(Wrong wrong) {
        // A little more than the host that is well holds, so that its own first wall comes next, and less than its
        // memory is enough for.
        long wanted = 2_050_000;
        subject.wanted = wanted;
        wrong.setting.accept(subject);
        Wall next = subject.verdict().walls().get(1);
        assertThat(next.connections()).isGreaterThan(wrong.connections);

        String fix = subject.first().fix();
        Matcher heap = Pattern.compile("-Xmx(\\d+)m").matcher(fix);
        if (heap.find()) {
            subject.heap = Long.parseLong(heap.group(1)) << 20;
        }
        Matcher number = Pattern.compile(wrong.number).matcher(fix);
        assertThat(number.find()).as(fix).isTrue();
        wrong.fix.accept(subject, Long.valueOf(number.group(1)));

        assertThat(subject.verdict().connections()).isGreaterThanOrEqualTo(Math.min(wanted, next.connections()));
        if (subject.verdict().connections() < wanted) {
            assertThat(subject.first().name()).isEqualTo(next.name());
        }
    }

    @Test
    void withoutANumberFixesAreSizedForWhatTheMemoryIsEnoughFor() {
        subject.host.nofile("1024", "1024");

        // 16 GiB less 268 MiB, at 4,105 bytes of kernel and 4,096 of heap: 2,060,606.
        assertThat(subject.wall("fs.nr_open").orElseThrow().fix()).contains("--connections 7600000");
        assertThat(subject.first().fix()).contains("LimitNOFILE=" + Sizing.nofile(2_000_000, 0));
    }

    @Test
    void thatALimitIsAboveNrOpenAlreadyIsNoReasonToLeaveNrOpenOut() {
        subject.host.nofile("20000", "20000").set("proc/sys/fs/nr_open", "20000");

        assertThat(subject.verdict().walls()).extracting(Wall::name).startsWith("fs.nr_open", "nofile");
        assertThat(subject.wall("nofile").orElseThrow().fix()).endsWith("once fs.nr_open is as high");
    }

    @Test
    void ofASmallerSoftLimitItSaysThatRootIsNotNeeded() {
        subject.wanted = 100_000L;
        subject.host.nofile("1024", "1048576");

        assertThat(subject.first().fix()).contains("(root is not needed)");
        subject.host.nofile("1024", "1024");
        assertThat(subject.first().fix()).doesNotContain("root");
    }

    @Test
    void theReserveOfTheConfigurationCounts() {
        subject.host.nofile("1024", "1024");
        subject.descriptorReserve = 1_000;

        assertThat(subject.verdict().connections()).isEqualTo(24);
        subject.wanted = 1_000_000L;
        subject.descriptorReserve = 500_000;
        assertThat(subject.first().fix()).contains("LimitNOFILE=1500160");
    }

    @Test
    void unlimitedIsNoWall() {
        subject.host.nofile("unlimited", "unlimited").set("proc/sys/fs/file-max", "9223372036854775807");

        assertThat(subject.wall("nofile")).isEmpty();
        assertThat(subject.wall("fs.file-max")).isEmpty();
    }

    @Test
    void aHeapThatLeavesTheKernelNoRoomIsToBeSmaller() {
        subject.heap = 15L << 30;

        assertThat(subject.first().name()).isEqualTo("memory");
        assertThat(subject.first().connections()).isEqualTo(209_459);
        assertThat(subject.first().fix()).startsWith("-Xmx8114m");
        subject.heap = 8114L << 20;
        assertThat(subject.first().connections()).isBetween(2_060_000L, 2_061_000L);
    }

    @Test
    void theScriptIsToldOfEnoughConnectionsForALargeReserve() {
        subject.descriptorReserve = 50_000;
        subject.wanted = 100_000L;
        subject.host.set("proc/sys/fs/nr_open", "120000");

        String fix = subject.wall("fs.nr_open").orElseThrow().fix();
        Matcher numbers = Pattern.compile("--connections (\\d+)  \\(fs.nr_open = (\\d+)\\)")
                .matcher(fix);
        assertThat(numbers.find()).as(fix).isTrue();
        assertThat(Sizing.nofile(Long.parseLong(numbers.group(1)), 0))
                .isGreaterThanOrEqualTo(Long.parseLong(numbers.group(2)))
                .isGreaterThanOrEqualTo(150_000);
    }

    @Test
    void moreSourceAddressesAndMoreListenersAreMorePorts() {
        subject.balancerAddresses = 3;
        subject.publicPorts = List.of(8000, 8001);

        assertThat(subject.first().connections()).isEqualTo(28_232 * 6);
        subject.host.set("proc/sys/net/ipv4/ip_local_reserved_ports", "32768-32867,40000");
        assertThat(subject.first().connections()).isEqualTo((28_232 - 101) * 6);
    }

    @Test
    void aTableThatNothingIsEnteredInIsNoWallWhileThereAreConnections() {
        subject.host
                .set("proc/sys/net/netfilter/nf_conntrack_max", "1000")
                .set("proc/sys/net/netfilter/nf_conntrack_count", "0");

        assertThat(subject.wall("net.netfilter.nf_conntrack_max")).isEmpty();
        assertThat(subject.note("net.netfilter.nf_conntrack_max").orElseThrow().says())
                .contains("1,000 is a wall");
        subject.host.set("proc/net/snmp", "Tcp: CurrEstab\nTcp: 0");
        assertThat(subject.first().name()).isEqualTo("net.netfilter.nf_conntrack_max");
    }

    @Test
    void redisHasRoomForNodesAndNotForConnections() {
        subject.host.nofile("1024", "1024");
        subject.redis = redis(10_000, 100);

        assertThat(subject.first().name()).isEqualTo("nofile");
        assertThat(subject.wall("redis.maxclients").orElseThrow().connections()).isEqualTo(3_300 * 896);
        assertThat(subject.wall("redis.maxclients").orElseThrow().says()).contains("room for 3,300 more nodes");
    }

    @Test
    void ofAHostThatSaysNothingTheHeapIsKnown() {
        Verdict verdict = Verdict.of(
                Host.read(root.resolve("nowhere")),
                new Asked(
                        0,
                        0,
                        1,
                        0,
                        1L << 30,
                        4096,
                        List.of(8000),
                        List.of(),
                        2,
                        OptionalLong.empty(),
                        Optional.empty()));

        assertThat(verdict.walls()).extracting(Wall::name).containsExactly("jvm.heap");
        assertThat(verdict.connections()).isEqualTo(245_760);
        assertThat(verdict.notes()).anyMatch(note -> note.says().startsWith("this is not Linux"));
    }
}
