package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code scripts/tune-linux.sh} on a real kernel: in namespaces of its own, where the sysctls of the network are nobody
 * else's, {@code /etc} is written to memory, and what all namespaces share is covered by copies. Linux and root only.
 */
final class TuneLinuxKernelTest {
    /** Before what a test does; $1 is the script. */
    private static final String IN_NAMESPACES = """
            set -eu
            mount --make-rprivate /
            script=$1 folder=$(mktemp -d)
            for file in fs/nr_open fs/file-max net/core/netdev_max_backlog net/ipv4/tcp_mem net/netfilter/nf_conntrack_max; do
              if [ -e /proc/sys/$file ]; then
                cat /proc/sys/$file > "$folder/${file##*/}"
                mount --bind "$folder/${file##*/}" /proc/sys/$file
              fi
            done
            for place in /etc/sysctl.d /etc/security/limits.d /etc/systemd/system /etc/modules-load.d /var/lib /run; do
              [ ! -d $place ] || mount -t tmpfs tmpfs $place
            done
            tune() { echo "== $1"; bash "$script" "$@" && echo "exit 0" || echo "exit $?"; }
            values() { echo "== values"; cd /proc/sys/net; grep -s . core/somaxconn ipv4/tcp_[mrwk]* ipv4/tcp_max* ipv4/tcp_tw* \
              ipv4/ip_local* || true; cd /; }
            """;

    @BeforeEach
    void namespacesCanBeMade() {
        ScratchRoot.Run run = ScratchRoot.run(List.of("unshare", "--mount", "--net", "true"));
        if (run.exitCode() != 0) {
            String skipped =
                    "tune-linux.sh NOT tested on a real kernel: " + run.output().strip();
            System.out.println("\n*** SKIPPED: " + skipped + " ***\n");
            Assumptions.abort(skipped);
        }
    }

    private static String[] sections(String commands) {
        String script = IN_NAMESPACES + commands + "\nrm -r \"$folder\"\n";
        ScratchRoot.Run run = ScratchRoot.run(
                List.of("unshare", "--mount", "--net", "bash", "-c", script, "bash", ScratchRoot.SCRIPT.toString()));
        return run.expect(0).output().split("(?m)^== ");
    }

    @Test
    void theKernelTakesWhatIsAppliedAndGetsBackWhatItHad() {
        String[] parts = sections(
                "values; tune check; tune apply --balancer; values; tune check; tune apply; tune revert; values");
        String[] untuned = parts[1].split("\n");
        assertThat(parts[2]).startsWith("check").contains("somaxconn: ").endsWith("exit 1\n");
        assertThat(parts[3]).startsWith("apply").endsWith("exit 0\n");
        assertThat(parts[4])
                .contains("core/somaxconn:65535\n", "ipv4/ip_local_port_range:10240\t65535\n")
                .contains("ipv4/ip_local_reserved_ports:5701,5801,8000,9000\n", "ipv4/tcp_tw_reuse:1\n")
                .contains("ipv4/tcp_keepalive_time:300\n", "ipv4/tcp_max_syn_backlog:65535\n");
        assertThat(parts[5]).startsWith("check").endsWith("enough for 100000 connections\nexit 0\n");
        assertThat(parts[6]).contains("nothing to change").endsWith("exit 0\n");
        assertThat(parts[7]).contains("reverted").endsWith("exit 0\n");
        assertThat(parts[8].split("\n")).containsExactly(untuned);
    }

    @Test
    void whatTheKernelRefusesIsSaidAndTheRestIsDone() {
        String[] parts = sections("mount -o bind,ro /proc/sys/net /proc/sys/net; tune apply; tune revert");
        assertThat(parts[1])
                .contains("net.core.somaxconn: ", "(could not be set to 65535: Read-only file system)")
                .contains("nofile of millipede.service: ")
                .contains("exit 1");
        assertThat(parts[2]).contains("exit 0").doesNotContain("net.core");
    }

    @Test
    void theKernelsOwnFilesMountedBelowTheRootAreRefused() {
        String[] parts = sections("""
                for what in sys sys/net; do
                  mkdir -p "$folder/root/proc/sys/net"
                  mount --bind /proc/$what "$folder/root/proc/$what"
                  tune apply --dry-run --root "$folder/root"
                  umount "$folder/root/proc/$what"
                done
                """);
        assertThat(parts).hasSize(3);
        assertThat(parts[1]).contains("is this system's own").endsWith("exit 2\n");
        assertThat(parts[2]).contains("is this system's own").endsWith("exit 2\n");
    }
}
