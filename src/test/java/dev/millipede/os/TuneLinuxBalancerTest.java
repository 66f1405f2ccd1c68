package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code scripts/tune-linux.sh --balancer}: what a host needs that connects, and no other. */
final class TuneLinuxBalancerTest {
    private static final String RANGE = "net.ipv4.ip_local_port_range";
    private static final String RESERVED = "net.ipv4.ip_local_reserved_ports";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private ScratchRoot root;

    @BeforeEach
    void aHostWhereOthersListen() {
        root = ScratchRoot.debian(folder);
        String head =
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
        // Redis on 16379 and an outgoing connection of port 40000; Sentinel on 26379 and an accepted one on 16379.
        root.write(
                "proc/net/tcp",
                head + "   0: 0100007F:3FFB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n"
                        + "  11: 0100007F:9C40 0100007F:3FFB 01 00000000:00000000 00:00000000 00000000     0        0 2\n");
        String zeros = "00000000000000000000000000000000";
        root.write(
                "proc/net/tcp6",
                head + "   0: " + zeros + ":670B " + zeros
                        + ":0000 0A 00000000:00000000 00:00000000 00000000     0        0 3\n");
    }

    @Test
    void aNodesHostKeepsItsRangeOfOutgoingPorts() {
        assertThat(root.run("apply").expect(0).output()).contains(RANGE + ": 32768 60999 -> 32768 60999  (left");
        assertThat(root.get(RANGE)).isEqualTo("32768 60999");
        assertThat(root.get(RESERVED)).isEqualTo("5701,5801,8000,9000");
        assertThat(root.read("etc/sysctl.d/zz-millipede.conf")).doesNotContain(RANGE);
    }

    @Test
    void aBalancersRangeIsWidenedAndWhatListensThereIsReserved() {
        SortedMap<String, String> before = root.tree();
        assertThat(root.run("check", "--balancer").expect(1).output())
                .contains("apply --connections 100000 --balancer");
        root.run("apply", "--balancer").expect(0);
        assertThat(root.get(RANGE)).isEqualTo("10240 65535");
        assertThat(root.get(RESERVED)).isEqualTo("5701,5801,8000,9000,16379,26379");
        root.run("check", "--balancer").expect(0);
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }

    @Test
    void anApplyWithoutItForgetsNothing() {
        SortedMap<String, String> before = root.tree();
        root.run("apply", "--balancer").expect(0);
        SortedMap<String, String> once = root.tree();
        assertThat(root.run("apply").expect(0).changes()).isEmpty();
        assertThat(root.tree()).isEqualTo(once);
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"10241 65535, 10240 65535", "1024 60999, 1024 65535", "1024 65535, 1024 65535"})
    void aRangeIsOnlyWidened(String range, String wanted) {
        root.set(RANGE, range.replace(' ', '\t') + '\n');
        root.run("apply", "--balancer").expect(0);
        assertThat(root.get(RANGE)).isEqualTo(wanted);
    }
}
