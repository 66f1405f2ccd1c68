package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code scripts/tune-linux.sh} says and does about values that the next boot takes away, in scratch roots. */
final class TuneLinuxBootTest {
    private static final String SYSCTLS = "etc/sysctl.d/zz-millipede.conf";
    private static final String LOGINS = "etc/security/limits.d/zz-millipede.conf";
    private static final String STATE = "var/lib/millipede/tune-linux.millipede";
    private static final String MEMORY = "MemTotal:       24703890 kB\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void noLoginIsGivenMoreThanTheNextBootAllows() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.set("fs.nr_open", "10000000\n");
        root.run("apply", "--connections", "2300000").expect(0);
        assertThat(root.read(LOGINS)).contains("root hard nofile 2421760");
        assertThat(root.read(SYSCTLS)).contains("fs.nr_open = 10000000\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        fs.nr_open                       | 10000000                | 1048576
        fs.file-max                      | 2600000                 | 2470389
        net.core.somaxconn               | 70000                   | 4096
        net.ipv4.tcp_max_syn_backlog     | 65535                   | 4096
        net.core.netdev_max_backlog      | 20000                   | 1000
        net.ipv4.tcp_mem                 | 1200000 1800000 3000000 | 289498 385998 578997
        net.ipv4.ip_local_reserved_ports | 1-9000                  | none
        net.ipv4.tcp_tw_reuse            | 1                       | 2
        net.ipv4.tcp_keepalive_time      | 60                      | 7200
        net.ipv4.tcp_keepalive_intvl     | 30                      | 75
        net.ipv4.tcp_keepalive_probes    | 5                       | 9
        net.netfilter.nf_conntrack_max   | 3000000                 | 262144
        """)
    void whatOnlyLivesUntilTheNextBootIsNotEnoughAndIsWritten(String key, String live, String boot) {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write("proc/meminfo", MEMORY);
        root.run("apply", "--connections", "2300000").expect(0);
        root.write(SYSCTLS, root.read(SYSCTLS).replaceAll("(?m)^" + key + " = .*\n", ""));
        root.delete(STATE);
        root.set(key, live.replace(' ', '\t') + '\n');
        String line = "%1$s: %2$s -> %2$s  (only until the next boot, which makes it %3$s".formatted(key, live, boot);
        assertThat(root.run("check", "--connections", "2300000").expect(1).output())
                .contains(line, "\n1 of these fall short");
        root.run("apply", "--connections", "2300000").expect(0);
        assertThat(root.read(SYSCTLS)).contains("\n" + key + " = " + live + "\n");
        assertThat(root.get(key)).isEqualTo(live);
        root.run("check", "--connections", "2300000").expect(0);
    }

    @Test
    void whatTheKernelHasAgainByItselfIsEnoughWithoutAFile() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write("proc/meminfo", MEMORY);
        root.set("fs.nr_open", "1048576\n");
        root.set("fs.file-max", "2470389\n");
        root.set("net.ipv4.tcp_mem", "288393\t384526\t576786\n");
        root.set("net.netfilter.nf_conntrack_max", "262144\n");
        assertThat(root.run("check").expect(1).output())
                .contains("nr_open: 1048576 -> 1048576  (enough)", "file-max: 2470389 -> 2470389  (enough)")
                .contains("tcp_mem: 288393 384526 576786 -> 288393 384526 576786  (enough)")
                .contains("nf_conntrack_max: 262144 -> 262144  (enough)");
        root.set("fs.file-max", "9223372036854775807\n"); // systemd's, at every boot
        assertThat(root.run("check", "--connections", "9000000").expect(1).output())
                .contains("file-max: 9223372036854775807 -> 9223372036854775807  (enough)");
    }

    @Test
    void whatOthersFilesSetAtTheNextBootIsEnough() {
        ScratchRoot root = ScratchRoot.tuned(folder);
        root.write("etc/sysctl.d/50-site.conf", "net.core.somaxconn = 65535\n");
        root.write(SYSCTLS, root.read(SYSCTLS).replace("net.core.somaxconn = 65535\n", ""));
        root.run("check").expect(0);
        root.write("etc/sysctl.d/50-site.conf", "net.core.somaxconn = 1000\n");
        assertThat(root.run("check").expect(1).output()).contains("next boot, which makes it 1000: ", "50-site.conf");
    }

    @Test
    void whatAFileAfterOursTakesBackAtTheNextBootIsNotEnough() {
        ScratchRoot root = ScratchRoot.tuned(folder);
        root.write("etc/sysctl.d/zzz.conf", "net.core.somaxconn = 128\n");
        assertThat(root.run("check").expect(1).output()).contains("zzz.conf sets it to 128 at the next boot");
        assertThat(root.run("apply").expect(1).output())
                .contains("zzz.conf sets it to 128 at the next boot", "\n1 could not be set\n");
    }

    @Test
    void revertLeavesTheKernelWhatWasSetByHand() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.set("fs.nr_open", "10000000\n");
        SortedMap<String, String> before = root.tree();
        root.run("apply", "--connections", "2300000").expect(0);
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }
}
