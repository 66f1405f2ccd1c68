package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/tune-linux.sh} lowers no limit of open files that logins and the service have without it. */
final class TuneLinuxNofileTest {
    private static final String LOGINS = "etc/security/limits.d/zz-millipede.conf";
    private static final String DROP_IN = "etc/systemd/system/millipede.service.d/zz-millipede.conf";
    private static final String UNIT = "etc/systemd/system/millipede.service";
    private static final String LIMITS_OF_1 = """
            Limit                     Soft Limit           Hard Limit           Units
            Max open files            1024                 1048576              files
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private ScratchRoot root;

    @BeforeEach
    void aKernelThatAllowsAMillion() {
        root = ScratchRoot.debian(folder);
        root.set("fs.nr_open", "1048576\n");
    }

    @Test
    void theHardLimitThatLoginsHaveWithoutAnyFileIsNotLowered() {
        root.write("proc/1/limits", LIMITS_OF_1);
        assertThat(root.run("apply").expect(0).output()).contains("nofile of logins: 1048576 -> 1048576  (enough");
        assertThat(root.tree()).doesNotContainKey(LOGINS);
    }

    @Test
    void whatSystemdHasForItselfIsNotWhatItGivesToOthers() {
        root.write("proc/1/limits", LIMITS_OF_1);
        root.write("proc/1/comm", "systemd\n");
        assertThat(root.run("check").expect(1).output())
                .contains(
                        "nofile of logins: 524288 -> 524288  (enough", "millipede.service: 524288 -> 524288  (enough");
        root.run("apply", "--connections", "600000").expect(0);
        assertThat(root.read(LOGINS)).contains("root hard nofile 631808");
        assertThat(root.read(DROP_IN)).contains("LimitNOFILE=631808");
    }

    @Test
    void systemdsConfiguredDefaultCountsWhereNothingElseIsSaid() {
        root.write("etc/systemd/system.conf", "[Manager]\n#DefaultLimitNOFILE=1024:524288\nDefaultLimitNOFILE=4096\n");
        root.write("etc/systemd/system.conf.d/site.conf", "[Manager]\nDefaultLimitNOFILE=1024:300000\n");
        root.run("apply").expect(0);
        assertThat(root.tree()).doesNotContainKeys(LOGINS, DROP_IN);
        root.delete("etc/systemd/system.conf.d/site.conf");
        root.run("apply").expect(0);
        assertThat(root.read(LOGINS)).contains("* hard nofile 105472");
        assertThat(root.read(DROP_IN)).contains("LimitNOFILE=105472");
    }

    @Test
    void whereNothingIsKnownItIsNotBelowWhatSystemdMayGiveNorAboveWhatTheKernelAllows() {
        root.run("apply").expect(0);
        assertThat(root.read(LOGINS)).contains("* hard nofile 524288", "root hard nofile 524288");
        assertThat(root.read(DROP_IN)).contains("LimitNOFILE=524288");
        root.run("revert").expect(0);
        root.set("fs.nr_open", "200000\n");
        root.run("apply").expect(0);
        assertThat(root.read(LOGINS)).contains("* hard nofile 200000", "root hard nofile 200000");
    }

    @Test
    void aUnitInstalledAfterwardsKeepsItsHigherLimit() {
        SortedMap<String, String> before = root.tree();
        root.run("apply").expect(0);
        root.write(UNIT, "[Service]\nLimitNOFILE=1048576\n");
        assertThat(root.run("apply").expect(0).output()).contains(DROP_IN + ": ours -> gone  (");
        assertThat(root.tree()).doesNotContainKey(DROP_IN);
        assertThat(root.run("apply").expect(0).output())
                .startsWith("fs.nr_open")
                .contains("nothing to change");
        root.delete(UNIT);
        root.run("revert").expect(0);
        assertThat(root.tree()).containsAllEntriesOf(before);
    }

    @Test
    void aFileOfOursThatGivesMoreThanOthersStaysForFewerConnections() {
        root.run("apply", "--connections", "1000000").expect(0);
        root.write(UNIT, "[Service]\nLimitNOFILE=70000\n");
        root.write("etc/security/limits.d/10-site.conf", "* hard nofile 70000\nroot hard nofile 70000\n");
        SortedMap<String, String> before = root.tree();
        root.run("apply", "--connections", "10").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }
}
