package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.FakeHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    private static final String ONE = "sys/fs/cgroup/memory/docker/abc/";
    private static final String NO_LIMIT_IN_ONE = "9223372036854771712";

    @TempDir
    private Path root;

    private FakeHost host;

    @BeforeEach
    void aHost() {
        host = new FakeHost(root);
    }

    private Optional<HostFacts.Group> group() {
        return Host.read(root).memory().group();
    }

    @Test
    void ofVersionTwoTheGroupWithLeastRoomCounts() {
        host.set("proc/self/cgroup", "0::/system.slice/millipede.service")
                .set("sys/fs/cgroup/system.slice/millipede.service/memory.max", "max")
                .set("sys/fs/cgroup/system.slice/memory.max", "4000")
                .set("sys/fs/cgroup/system.slice/memory.current", "3000")
                .set("sys/fs/cgroup/system.slice/memory.stat", "anon 5\ninactive_file 500\nactive_file 7");

        assertThat(group()).contains(new HostFacts.Group(4000, 2500));
        host.set("sys/fs/cgroup/system.slice/millipede.service/memory.max", "1200");
        assertThat(group()).contains(new HostFacts.Group(1200, 0));
    }

    @Test
    void ofVersionTwoTheLimitFromWhichAllIsSlowedDownCounts() {
        host.set("sys/fs/cgroup/memory.max", "4000").set("sys/fs/cgroup/memory.high", "3000");

        assertThat(group()).contains(new HostFacts.Group(3000, 0));
    }

    @Test
    void ofVersionTwoMaxIsNoLimit() {
        host.set("sys/fs/cgroup/memory.max", "max").set("sys/fs/cgroup/memory.high", "max");

        assertThat(group()).isEmpty();
    }

    @Test
    void ofVersionOneTheGroupWithLeastRoomCounts() {
        host.set("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/")
                .set(ONE + "memory.limit_in_bytes", "8000")
                .set(ONE + "memory.usage_in_bytes", "1000")
                .set(ONE + "memory.stat", "inactive_file 1\ntotal_inactive_file 300")
                .set("sys/fs/cgroup/memory/memory.limit_in_bytes", NO_LIMIT_IN_ONE);

        assertThat(group()).contains(new HostFacts.Group(8000, 700));
        host.set(ONE + "memory.limit_in_bytes", NO_LIMIT_IN_ONE);
        assertThat(group()).isEmpty();
    }

    @Test
    void inAContainerThatSeesOnlyItsOwnGroupTheRootIsLookedAt() {
        host.set("proc/self/cgroup", "4:memory:/docker/abc").set("sys/fs/cgroup/memory/memory.limit_in_bytes", "8000");
        assertThat(group()).contains(new HostFacts.Group(8000, 0));

        host.set("proc/self/cgroup", "0::/../../other").set("sys/fs/cgroup/memory.max", "7000");
        assertThat(group()).contains(new HostFacts.Group(7000, 0));
    }

    @Test
    void whatIsNotThereOrNotReadableIsNotKnown() throws IOException {
        host.set("proc/self/limits", "Max open files")
                .set("proc/self/cgroup", "nonsense\n:::")
                .set("proc/meminfo", "MemAvailable:")
                .set("proc/net/sockstat", "TCP: inuse 5 mem")
                .set("proc/net/netstat", "TcpExt: ListenOverflows ListenDrops\nTcpExt: 1")
                .set("proc/net/snmp", "Tcp: CurrEstab");
        Files.delete(root.resolve("proc/sys/fs/file-nr"));
        Files.createDirectory(root.resolve("proc/sys/fs/file-nr"));

        HostFacts facts = Host.read(root);

        assertThat(facts.descriptors().soft()).isEmpty();
        assertThat(facts.descriptors().open()).isEmpty();
        assertThat(facts.memory().available()).isEmpty();
        assertThat(facts.memory().group()).isEmpty();
        assertThat(facts.tcp().pages()).isEmpty();
        assertThat(facts.tcp().overflows()).isEqualTo(OptionalLong.of(1));
        assertThat(facts.tcp().drops()).isEmpty();
        assertThat(facts.tcp().seen()).isEmpty();
    }

    @Test
    void whatHasJustEndedIsSeenToo() {
        host.set("proc/net/sockstat", "TCP: inuse 5 orphan 0 tw 4 alloc 7 mem 20");

        assertThat(Host.read(root).tcp().seen()).isEqualTo(OptionalLong.of(7));
    }

    @Test
    void thisHostCanBeRead() {
        HostFacts facts = Host.read(Path.of("/"));

        assertThat(facts.kernel().isPresent())
                .isEqualTo(System.getProperty("os.name").equals("Linux"));
    }
}
