package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With {@code --root DIR} nothing outside of DIR is read or changed by {@code scripts/tune-linux.sh}. */
final class TuneLinuxRootTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path inside;

    @SuppressWarnings("NullAway.Init")
    private ScratchRoot outside;

    @BeforeEach
    void aRootAndAnother() throws IOException {
        inside = Files.createDirectory(folder.resolve("root"));
        outside = ScratchRoot.debian(Files.createDirectory(folder.resolve("outside")));
    }

    private void link(String path) throws IOException {
        Files.createDirectories(inside.resolve(path).getParent());
        Files.createSymbolicLink(inside.resolve(path), folder.resolve("outside").resolve(path));
    }

    @ParameterizedTest
    @CsvSource({
        "apply, proc/sys",
        "apply, proc/sys/net/core",
        "apply, proc/sys/net/core/somaxconn",
        "apply, etc",
        "apply, etc/sysctl.d",
        "apply, etc/sysctl.d/zz-millipede.conf",
        "apply, etc/security/limits.d",
        "apply, etc/systemd/system/millipede.service.d",
        "apply, var/lib/millipede",
        "check, proc/sys",
        "check, proc/meminfo",
        "check, proc/1",
        "check, etc/sysctl.conf",
        "check, etc/sysctl.d/50-site.conf",
        "check, etc/security/limits.conf",
        "check, etc/systemd/system/millipede.service",
        "check, usr/lib/sysctl.d",
        "revert, etc/sysctl.d",
        "revert, etc/sysctl.d/zz-millipede.conf",
        "revert, var/lib",
        "revert, proc/sys/net"
    })
    void aLinkThatLeadsOutIsNotFollowed(String command, String path) throws IOException {
        outside.write("etc/sysctl.d/50-site.conf", "net.core.somaxconn = 100000\n");
        outside.run("apply").expect(0);
        outside.set("net.core.somaxconn", "4096\n");
        SortedMap<String, String> before = outside.tree();
        link(path);
        assertThat(ScratchRoot.empty(inside).run(command).expect(1).output()).contains(" leads out of ");
        assertThat(outside.tree()).isEqualTo(before);
    }

    @Test
    void aLinkThatStaysInsideIsFollowed() throws IOException {
        ScratchRoot root = ScratchRoot.debian(inside);
        root.write("etc/sysctl.conf", "net.core.somaxconn = 200000\n");
        Files.createDirectory(inside.resolve("etc/sysctl.d"));
        Files.createSymbolicLink(inside.resolve("etc/sysctl.d/99-sysctl.conf"), Path.of("../sysctl.conf"));
        root.run("apply").expect(0);
        assertThat(root.get("net.core.somaxconn")).isEqualTo("200000");
    }

    /** Only with what writes nothing: were it not refused, this system itself would be changed. */
    @ParameterizedTest
    @ValueSource(strings = {"check", "apply --dry-run", "revert --dry-run"})
    void aLinkToTheKernelsOwnFilesIsRefused(String command) throws IOException {
        Path link = Files.createDirectory(inside.resolve("proc")).resolve("sys");
        Files.createSymbolicLink(link, Path.of("/proc/sys"));
        assertThat(ScratchRoot.empty(inside).run(command.split(" ")).expect(2).output())
                .contains("is this system's own");
        Files.delete(link);
    }
}
