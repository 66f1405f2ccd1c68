package dev.millipede.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line of {@code scripts/tune-linux.sh}. */
final class TuneLinuxUsageTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "aply",
                "check apply",
                "check --connections",
                "check --connections 0",
                "check --connections -1",
                "check --connections 1e6",
                "check --connections 10000001",
                "check --connections 99999999999999999999",
                "check --connections=",
                "check --connections a[$(touch${IFS}broken)]",
                "check --ports 65536",
                "check --ports 9-8",
                "check --ports 8000,",
                "check --ports 8000;9000",
                "check --ports=",
                "check --root=",
                "apply --root /",
                "apply --root /no/such/folder",
                "apply --dryrun",
            })
    void wrongUsageIsExitCode2AndChangesNothing(String arguments) {
        ScratchRoot root = ScratchRoot.debian(folder);
        SortedMap<String, String> before = root.tree();
        String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");
        // One that ends in an option without its value must not take the folder for it; --root / must not be overruled.
        ScratchRoot.Run run = arguments.contains("root") || arguments.endsWith("connections")
                ? ScratchRoot.run(command(words))
                : root.run(words);
        assertThat(run.expect(2).output()).startsWith("tune-linux.sh: ").hasLineCount(1);
        assertThat(root.tree()).isEqualTo(before);
        assertThat(Path.of("broken")).doesNotExist();
    }

    @Test
    void helpSaysItAll() {
        assertThat(ScratchRoot.run(command("--help")).expect(0).output())
                .contains(
                        "check",
                        "apply",
                        "revert",
                        "--connections N",
                        "--ports LIST",
                        "--balancer",
                        "--root DIR",
                        "--dry-run")
                .doesNotContain("set -euo");
    }

    @Test
    void numbersWithLeadingZerosAreDecimal() {
        assertThat(ScratchRoot.empty(folder)
                        .run("check", "--connections=0010", "--ports=08000")
                        .output())
                .contains("fs.file-max: unset -> 65547  (", "reserved_ports: unset -> 8000  (");
    }

    @Test
    // Not for real: a script that failed this test would tune the machine that runs it.
    void aFolderWithTheKernelsOwnFilesIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("proc"), Path.of("/proc"));
        assertThat(ScratchRoot.empty(folder).run("apply", "--dry-run").expect(2).output())
                .contains("is this system's own");
        Files.delete(link);
    }

    @ParameterizedTest
    @ValueSource(strings = {"apply", "revert"})
    void withoutRootTheSystemIsNotTouchedAndASentenceSaysWhy(String what) throws Exception {
        assertThat(withoutRoot(what, 1)).contains(what + " writes to /proc/sys and /etc, which needs root");
    }

    @Test
    void checkAndDryRunNeedNoRoot() throws Exception {
        assertThat(withoutRoot("check --connections 1", -1)).contains("net.core.somaxconn: ");
        assertThat(withoutRoot("apply --dry-run", 0)).contains("nothing was written");
    }

    @Test
    @DisabledIf("shellcheckIsMissing")
    void shellcheckFindsNothingInScriptsAndNoMoreThanStyleInThoseThatMeasure() throws IOException {
        shellcheck("style", ".ci/run", scripts("scripts"));
        shellcheck("warning", ".ci/run", scripts("src/test/load"));
    }

    private static List<String> scripts(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            List<String> scripts = files.map(Path::toString)
                    .filter(file -> file.endsWith(".sh"))
                    .sorted()
                    .toList();
            assertThat(scripts).isNotEmpty();
            return scripts;
        }
    }

    private static void shellcheck(String severity, String script, List<String> others) {
        List<String> command = new ArrayList<>(List.of("shellcheck", "-x", "-P", "SCRIPTDIR", "-S", severity, script));
        command.addAll(others);
        assertThat(ScratchRoot.run(command).expect(0).output()).isEmpty();
    }

    static boolean shellcheckIsMissing() {
        return ScratchRoot.run(List.of("sh", "-c", "command -v shellcheck")).exitCode() != 0;
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", ScratchRoot.SCRIPT.toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Runs it on this system as nobody; its text comes in, as nobody may not be allowed to read it. */
    private static String withoutRoot(String arguments, int code) throws Exception {
        boolean root = ScratchRoot.run(List.of("id", "-u")).output().equals("0\n");
        List<String> command = new ArrayList<>(
                root ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") : List.of());
        command.addAll(List.of("bash", "-s"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ScratchRoot.SCRIPT.toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (code >= 0) {
            assertThat(process.waitFor()).as(output).isEqualTo(code);
        }
        return output;
    }
}
