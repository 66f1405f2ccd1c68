package dev.millipede.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millipede.os.Verdict.Wall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that the doctor's fixes name does what they promise. */
class TunedHostTest {
    private static final Path SCRIPT = Path.of("scripts/tune-linux.sh");

    @TempDir
    private Path root;

    private static void run(String command, Path root) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command + " --root \"$1\"", "bash", root.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
    }

    /** As after a restart of the unit. */
    private void restart(Subject subject) throws IOException {
        Path unit = root.resolve("etc/systemd/system/millipede.service.d/zz-millipede.conf");
        String limit = Files.readString(unit).replaceAll("(?s).*LimitNOFILE=(\\d+).*", "$1");
        subject.host.nofile(limit, limit);
    }

    @Test
    void itsFirstFixTakesADefaultHostToWhatItsMemoryIsEnoughFor() throws Exception {
        assumeTrue(Files.exists(SCRIPT) && System.getProperty("os.name").equals("Linux"));
        Subject subject = new Subject(root);
        subject.host
                .nofile("1024", "1048576")
                .set("proc/sys/fs/nr_open", "1048576")
                .set("proc/sys/fs/file-max", "1600000")
                .set("proc/sys/net/core/somaxconn", "128")
                .set("proc/sys/net/ipv4/tcp_mem", "188000\t251000\t376000")
                .set("proc/sys/net/netfilter/nf_conntrack_max", "262144")
                .set("proc/sys/net/netfilter/nf_conntrack_count", "40");
        assertThat(subject.verdict().connections()).isEqualTo(896);
        String command = subject.wall("fs.nr_open").orElseThrow().fix().replaceFirst("  \\(.*", "");
        assertThat(command).isEqualTo("scripts/tune-linux.sh apply --connections 2000000");

        run(command, root);
        restart(subject);

        assertThat(subject.verdict().connections()).isGreaterThanOrEqualTo(2_000_000);
        assertThat(subject.verdict().walls().stream().limit(3).map(Wall::name).toList())
                .isSubsetOf(List.of("nofile", "fs.nr_open", "net.ipv4.tcp_mem", "memory"));
        assertThat(subject.note("net.core.somaxconn")).isEmpty();
    }
}
