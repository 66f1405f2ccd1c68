package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.os.ScratchRoot.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code scripts/tune-linux.sh check} and {@code apply} in scratch roots. */
final class TuneLinuxTest {
    private static final String LIMITS = "etc/security/limits.d/zz-millipede.conf";
    private static final String DROP_IN = "etc/systemd/system/millipede.service.d/zz-millipede.conf";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temporary;

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeEach
    void aFolderWithSpacesInItsName() throws IOException {
        folder = Files.createDirectory(temporary.resolve("a root with $paces"));
    }

    @Test
    void aDefaultSystemIsSizedForSoManyConnections() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.run("apply", "--connections", "1000000").expect(0);
        Map<String, String> now = new HashMap<>();
        ScratchRoot.DEBIAN.keySet().forEach(key -> now.put(key, root.get(key)));
        assertThat(now)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("fs.nr_open", "1053696"),
                        Map.entry("fs.file-max", "1165536"),
                        Map.entry("net.core.somaxconn", "65535"),
                        Map.entry("net.ipv4.tcp_max_syn_backlog", "65535"),
                        Map.entry("net.core.netdev_max_backlog", "16384"),
                        Map.entry("net.ipv4.tcp_mem", "500000 750000 1000000"),
                        Map.entry("net.ipv4.tcp_rmem", "4096 131072 6291456"),
                        Map.entry("net.ipv4.tcp_wmem", "4096 16384 4194304"),
                        Map.entry("net.ipv4.ip_local_reserved_ports", "5701,5801,8000,9000"),
                        Map.entry("net.ipv4.ip_local_port_range", "32768 60999"),
                        Map.entry("net.ipv4.tcp_tw_reuse", "1"),
                        Map.entry("net.ipv4.tcp_keepalive_time", "300"),
                        Map.entry("net.ipv4.tcp_keepalive_intvl", "30"),
                        Map.entry("net.ipv4.tcp_keepalive_probes", "5"),
                        Map.entry("net.netfilter.nf_conntrack_max", "1315536")));
        assertThat(root.read(LIMITS)).contains("\n* hard nofile 1053696\n", "\nroot hard nofile 1053696\n");
        assertThat(root.read(DROP_IN)).endsWith("\n[Service]\nLimitNOFILE=1053696\n");
        assertThat(root.read("etc/modules-load.d/millipede.conf")).endsWith("\nnf_conntrack\n");
        assertThat(root.read("etc/sysctl.d/zz-millipede.conf"))
                .contains("\nnet.ipv4.tcp_mem = 500000 750000 1000000\n", "\nfs.nr_open = 1053696\n")
                .doesNotContain("tcp_rmem", "tcp_wmem");
        assertThat(root.run("check", "--connections", "1000000").expect(0).changes())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        fs.nr_open                      | 105471               | 105472
        fs.file-max                     | 175535               | 175536
        net.core.somaxconn              | 65534                | 65535
        net.ipv4.tcp_max_syn_backlog    | 1024                 | 65535
        net.core.netdev_max_backlog     | 0                    | 16384
        net.ipv4.tcp_mem                | 49999 75000 100000   | 50000 75000 100000
        net.ipv4.tcp_mem                | 90000 95000 99999    | 90000 95000 100000
        net.ipv4.tcp_rmem               | 2048 131072 6291456  | 4096 131072 6291456
        net.ipv4.tcp_wmem               | 1024 9000 10000      | 4096 9000 10000
        net.ipv4.ip_local_reserved_ports| 5701,8000-9000       | 5701,5801,8000-9000
        net.ipv4.tcp_tw_reuse           | 0                    | 1
        net.ipv4.tcp_keepalive_time     | 301                  | 300
        net.ipv4.tcp_keepalive_intvl    | 31                   | 30
        net.ipv4.tcp_keepalive_probes   | 6                    | 5
        net.netfilter.nf_conntrack_max  | 190535               | 190536
        """)
    void aSettingThatFallsShortIsNamedAndSet(String key, String low, String wanted) {
        ScratchRoot root = ScratchRoot.tuned(folder);
        root.set(key, low.replace(' ', '\t') + '\n');
        String change = "%s: %s -> %s  (".formatted(key, low, wanted);
        assertThat(root.run("check").expect(1).changes())
                .singleElement()
                .asString()
                .startsWith(change);
        assertThat(root.run("apply").expect(0).changes()).anyMatch(line -> line.startsWith(change));
        assertThat(root.get(key)).isEqualTo(wanted);
        assertThat(root.run("check").expect(0).changes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        LIMITS + ", * hard nofile 105471\\nroot hard nofile 105472, nofile of logins",
        LIMITS + ", * - nofile 105472, nofile of root's logins",
        LIMITS + ", * soft nofile 105472\\nroot hard nofile 105472, nofile of logins",
        DROP_IN + ", [Service]\\nLimitNOFILE=1048576:105471, nofile of millipede.service",
        DROP_IN + ", [Service]\\n#LimitNOFILE=infinity, nofile of millipede.service",
        DROP_IN + ", [Service]\\nLimitNOFILE=infinity\\nLimitNOFILE=1024, nofile of millipede.service"
    })
    void aLimitOfOpenFilesThatFallsShortIsNamedAndSet(String file, String text, String name) {
        ScratchRoot root = ScratchRoot.tuned(folder);
        String mark = root.read(file).lines().findFirst().orElseThrow();
        root.write(file, mark + '\n' + text.replace("\\n", "\n") + '\n');
        assertThat(root.run("check").expect(1).changes())
                .singleElement()
                .asString()
                .startsWith(name + ": ")
                .contains(" -> 105472  (");
        root.run("apply").expect(0);
        assertThat(root.run("check").expect(0).changes()).isEmpty();
    }

    @Test
    void whatIsHigherOrStricterIsKept() {
        ScratchRoot root = ScratchRoot.tuned(folder);
        root.set("fs.nr_open", "1073741816\n");
        root.set("fs.file-max", "9223372036854775807\n");
        root.set("net.ipv4.tcp_mem", "600000\t700000\t18446744073709551615\n");
        root.set("net.ipv4.tcp_rmem", "8192\t1\t2\n");
        root.set("net.ipv4.ip_local_reserved_ports", "1-9000\n");
        root.set("net.ipv4.ip_local_port_range", "1024\t65535\n");
        root.set("net.ipv4.tcp_keepalive_time", "60\n");
        root.set("net.netfilter.nf_conntrack_max", "2000000\n");
        root.write("etc/security/limits.d/10-site.conf", "* hard nofile unlimited\nroot - nofile 1048576\n");
        root.write("usr/lib/systemd/system/millipede.service", "[Service]\nLimitNOFILE = infinity\n");
        root.delete(LIMITS);
        root.delete(DROP_IN);
        assertThat(root.run("check").expect(0).changes()).isEmpty();
        Map<String, String> before = root.tree();
        assertThat(root.run("apply").expect(0).output()).contains("nothing to change");
        assertThat(root.tree()).isEqualTo(before);
    }

    @Test
    void severalValuesAreMergedAndNotReplaced() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.set("net.ipv4.tcp_mem", "20000\t80000\t90000\n");
        root.set("net.ipv4.ip_local_reserved_ports", "7000,8001,30000-30002\n");
        root.run("apply", "--ports", "8002,8000").expect(0);
        assertThat(root.get("net.ipv4.tcp_mem")).isEqualTo("50000 80000 100000");
        assertThat(root.get("net.ipv4.ip_local_reserved_ports")).isEqualTo("7000,8000-8002,30000-30002");
    }

    @Test
    void whatOthersFilesAskForAtTheNextBootIsNotLoweredByOurs() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write("etc/sysctl.d/50-site.conf", "# ours\nnet/core/somaxconn = 200000\n-fs.file-max=5\n");
        assertThat(root.run("apply").expect(0).output()).contains("somaxconn: 4096 -> 200000  (", "50-site.conf asks");
        assertThat(root.read("etc/sysctl.d/zz-millipede.conf"))
                .contains("net.core.somaxconn = 200000", "fs.file-max = 175536");
    }

    @Test
    void aFileThatIsReadAfterOursIsNamed() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write("etc/sysctl.d/zzz.conf", "net.core.somaxconn = 128\n");
        root.write("etc/security/limits.d/zzz.conf", "* hard nofile 1024\n");
        assertThat(root.run("apply").expect(1).output())
                .contains("nofile of logins: 1024 -> 1024  (left: another file is read after ours");
        assertThat(root.run("check").expect(1).output())
                .contains("zzz.conf sets it to 128 at the next boot", "nofile of logins: 1024 -> 105472  (");
    }

    @Test
    void aMissingFileCountsAsUnsetAndOursAsSet() {
        ScratchRoot root = ScratchRoot.empty(folder);
        assertThat(root.run("check").expect(1).changes()).hasSize(16).allMatch(line -> line.contains(": unset -> "));
        root.run("apply").expect(0);
        assertThat(root.run("check").expect(0).changes()).isEmpty();
        assertThat(root.tree()).doesNotContainKey("proc");
    }

    @Test
    void conntrackIsBestNotLoaded() {
        ScratchRoot root = ScratchRoot.tuned(folder);
        root.unset("net.netfilter.nf_conntrack_max");
        assertThat(root.run("check").expect(0).output())
                .contains("nf_conntrack_max: absent -> absent  (conntrack is not loaded: best");
    }

    @Test
    void buffersGetHalfOfTheMemoryAtMost() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write("proc/meminfo", "MemTotal:        1024000 kB\nMemFree: 1 kB\n");
        root.run("apply", "--connections", "10000000").expect(0);
        assertThat(root.get("net.ipv4.tcp_mem")).isEqualTo("64000 96000 128000");
        root.run("check", "--connections", "10000000").expect(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 62_000, 65_408, 100_000, 1_000_000, 9_999_999})
    void aNodeWithTheLimitThatIsSetHoldsSoManyConnections(int connections) {
        ScratchRoot root = ScratchRoot.empty(folder);
        root.run("apply", "--connections", Integer.toString(connections)).expect(0);
        String dropIn = root.read(DROP_IN).trim();
        long nofile = Long.parseLong(dropIn.substring(dropIn.lastIndexOf('=') + 1));
        assertThat(OpenFiles.connections(nofile, 0)).isGreaterThanOrEqualTo(connections);
    }

    @Test
    void everyLineSaysBeforeAfterAndWhyAndWhatIsCommonlyMisreadIsSaid() {
        Run run = ScratchRoot.debian(folder).run("check");
        assertThat(run.settings()).hasSize(18).allMatch(line -> line.matches("[^:]+: .+ -> .+ {2}\\(.+\\)"));
        assertThat(run.output().lines().toList())
                .satisfies(lines -> assertThat(List.of(
                                "millipede.service: .*limits.conf does not reach systemd",
                                "fs.nr_open: .*must rise too",
                                "tcp_tw_reuse: .*only the side that connects",
                                "ip_local_port_range: .*only who connects needs more, with --balancer",
                                "nf_conntrack_max: .*best is not to track"))
                        .allMatch(wanted -> lines.stream().anyMatch(line -> line.matches(".*" + wanted + ".*"))));
    }
}
