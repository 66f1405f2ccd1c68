package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code scripts/tune-linux.sh} writes, and how its {@code revert} takes it back, in scratch roots. */
final class TuneLinuxRevertTest {
    private static final String STATE = "var/lib/millipede/tune-linux.millipede";
    private static final String SOMAXCONN = "net.core.somaxconn";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void revertLeavesTheTreeAsItWas() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.set(SOMAXCONN, "128\t");
        root.set("net.ipv4.tcp_tw_reuse", "\\t\033 garbage % \\\n\n");
        root.write("etc/sysctl.d/10-site.conf", "vm.swappiness = 1\n");
        SortedMap<String, String> before = root.tree();
        root.run("apply").expect(0);
        assertThat(root.tree()).isNotEqualTo(before);
        assertThat(root.run("revert").expect(0).output()).contains("net.core.somaxconn: 65535 -> 128  (");
        assertThat(root.tree()).isEqualTo(before);
        assertThat(root.run("revert").expect(0).output()).isEqualTo("nothing to revert\n");
    }

    @Test
    void anEmptyTreeIsEmptyAgain() {
        ScratchRoot root = ScratchRoot.empty(folder);
        SortedMap<String, String> before = root.tree();
        root.run("apply").expect(0);
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }

    @Test
    void aSecondApplyChangesNothingAndSaysSo() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.run("apply").expect(0);
        SortedMap<String, String> once = root.tree();
        ScratchRoot.Run second = root.run("apply").expect(0);
        assertThat(second.changes()).isEmpty();
        assertThat(second.output()).endsWith("nothing to change: enough for 100000 connections\n");
        assertThat(root.tree()).isEqualTo(once);
    }

    @Test
    void onlyFilesOfOurOwnAreWritten() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write("etc/security/limits.conf", "# nothing\n");
        SortedMap<String, String> before = root.tree();
        root.run("apply").expect(0);
        Map<String, String> after = root.tree();
        after.entrySet().removeAll(before.entrySet());
        after.values().removeIf("folder"::equals);
        assertThat(after.keySet())
                .filteredOn(file -> !file.startsWith("proc/sys/"))
                .hasSize(5)
                .allMatch(file -> file.contains("millipede"));
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndWritesNothing() {
        ScratchRoot root = ScratchRoot.debian(folder);
        SortedMap<String, String> before = root.tree();
        assertThat(root.run("apply", "--dry-run").expect(0).changes())
                .isEqualTo(root.run("check").expect(1).changes())
                .isNotEmpty();
        assertThat(root.tree()).isEqualTo(before);
        root.run("apply").expect(0);
        before = root.tree();
        assertThat(root.run("revert", "--dry-run").expect(0).changes()).isNotEmpty();
        assertThat(root.tree()).isEqualTo(before);
    }

    @Test
    void whatSomebodyElseHasChangedSinceIsTheirs() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.run("apply").expect(0);
        root.set(SOMAXCONN, "70000\n");
        assertThat(root.run("revert").expect(0).output()).contains("net.core.somaxconn: 70000 -> 70000  (not what we");
        assertThat(root.get(SOMAXCONN)).isEqualTo("70000");
        assertThat(root.get("fs.nr_open")).isEqualTo("65536");
    }

    @Test
    void whatSomebodyElseLoweredBetweenTwoAppliesIsWhatRevertPutsBack() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.run("apply").expect(0);
        root.set(SOMAXCONN, "500\n");
        root.run("apply").expect(0);
        assertThat(root.get(SOMAXCONN)).isEqualTo("65535");
        root.run("revert").expect(0);
        assertThat(root.get(SOMAXCONN)).isEqualTo("500");
    }

    @Test
    void aRebootBetweenApplyAndRevertMakesNoDifference() {
        ScratchRoot root = ScratchRoot.debian(folder);
        SortedMap<String, String> before = root.tree();
        root.run("apply").expect(0);
        root.set(SOMAXCONN, "4096\n");
        root.run("apply").expect(0);
        assertThat(root.get(SOMAXCONN)).isEqualTo("65535");
        root.set(SOMAXCONN, "4096\n");
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }

    @Test
    void moreConnectionsRaiseFurtherAndFewerLowerNothing() {
        ScratchRoot root = ScratchRoot.debian(folder);
        SortedMap<String, String> before = root.tree();
        root.run("apply").expect(0);
        root.run("apply", "--connections", "1000000", "--ports", "8000-8003").expect(0);
        SortedMap<String, String> most = root.tree();
        assertThat(root.get("fs.nr_open")).isEqualTo("1053696");
        assertThat(root.get("net.ipv4.ip_local_reserved_ports")).isEqualTo("5701,5801,8000-8003,9000");
        assertThat(root.run("apply", "--connections", "10").expect(0).changes()).isEmpty();
        assertThat(root.tree()).isEqualTo(most);
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "etc/sysctl.d/zz-millipede.conf",
                "etc/security/limits.d/zz-millipede.conf",
                "etc/systemd/system/millipede.service.d/zz-millipede.conf",
                STATE
            })
    void anApplyThatBreaksOffIsRevertedAndAFileThatIsNotOursIsLeftAlone(String file) {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.write(file, "# somebody's own\n");
        SortedMap<String, String> before = root.tree();
        assertThat(root.run("apply").expect(1).output()).contains(file + " is not ours");
        root.run("revert").expect(0);
        assertThat(root.tree()).isEqualTo(before);
    }

    @Test
    void anApplyThatBreaksOffCanBeTakenUpAgain() {
        ScratchRoot root = ScratchRoot.debian(folder);
        SortedMap<String, String> before = root.tree();
        String theirs = "etc/sysctl.d/zz-millipede.conf";
        root.write(theirs, "# somebody's own\n");
        root.run("apply").expect(1);
        root.delete(theirs);
        root.run("apply").expect(0);
        assertThat(root.read(theirs)).contains("net.core.somaxconn = 65535");
        root.run("revert").expect(0);
        assertThat(root.tree()).containsAllEntriesOf(before).hasSize(before.size() + 2);
    }

    @Test
    void whatTheKernelRefusesIsNamedAndNotRemembered() throws IOException {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.unset(SOMAXCONN);
        Files.createDirectory(folder.resolve("proc/sys/net/core/somaxconn"));
        assertThat(root.run("apply").expect(1).output())
                .contains("could not be set to 65535: Is a directory")
                .endsWith("1 could not be set\n");
        assertThat(root.read("etc/sysctl.d/zz-millipede.conf"))
                .contains("fs.nr_open")
                .doesNotContain("somaxconn");
        assertThat(root.read(STATE)).contains("fs.nr_open").doesNotContain("somaxconn");
    }

    @Test
    void limitsAboveWhatTheKernelAllowsAreNotWrittenAsTheyWouldLockOutEveryLogin() throws IOException {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.unset("fs.nr_open");
        Files.createDirectory(folder.resolve("proc/sys/fs/nr_open"));
        assertThat(root.run("apply").expect(1).output())
                .contains("nofile of logins: unset -> unset  (left: fs.nr_open is not enough for 105472");
        root.delete("proc/sys/fs/nr_open");
        root.set("fs.nr_open", "2000000\n");
        root.write("etc/sysctl.d/zzz.conf", "fs.nr_open = 65536\n");
        root.run("apply").expect(1);
        assertThat(folder.resolve("etc/security")).doesNotExist();
        assertThat(folder.resolve("etc/systemd")).doesNotExist();
    }

    @Test
    void withoutItsMemoryRevertDeletesOurFilesAndSaysWhatStays() {
        ScratchRoot root = ScratchRoot.debian(folder);
        root.run("apply").expect(0);
        root.delete(STATE);
        assertThat(root.run("revert").expect(0).output()).contains("what the kernel has now stays");
        assertThat(root.get(SOMAXCONN)).isEqualTo("65535");
        assertThat(root.tree().keySet()).noneMatch(file -> file.endsWith(".conf"));
    }

    @Test
    void aLinkOutOfTheFolderIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        ScratchRoot root = ScratchRoot.debian(folder);
        Files.createSymbolicLink(folder.resolve("etc"), elsewhere);
        assertThat(root.run("apply").expect(1).output()).contains("leads out of");
        assertThat(elsewhere).isEmptyDirectory();
    }
}
