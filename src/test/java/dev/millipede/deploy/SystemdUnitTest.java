package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/systemd: the unit is valid, gives a node what it needs and takes from it what it does not. */
final class SystemdUnitTest {
    private static final Path UNIT = Path.of("deploy/systemd/millipede.service");
    private static final Tool ANALYZE = new Tool("systemd-analyze");
    private static final Pattern EXPOSURE = Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)");
    private static final double MOST_EXPOSED = 2.0;
    private static final int STOP_SECONDS = 25;

    @TempDir
    private Path directory;

    private static Map<String, List<String>> settings() throws IOException {
        Map<String, List<String>> settings = new TreeMap<>();
        for (String line : Files.readAllLines(UNIT)) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                settings.computeIfAbsent(line.substring(0, equals), key -> new ArrayList<>())
                        .add(line.substring(equals + 1));
            }
        }
        return settings;
    }

    @Test
    void systemdFindsNothingWrong() throws IOException {
        ANALYZE.require();
        // It looks for the program, which here may be anywhere.
        Path unit = directory.resolve("millipede.service");
        Files.writeString(unit, Files.readString(UNIT).replace("ExecStart=/usr/bin/java", "ExecStart=/bin/sh"));

        Tool.Verdict verdict = ANALYZE.run("verify", unit.toString());

        assertThat(verdict.text()).doesNotContain("millipede.service");
        assertThat(verdict.code()).isZero();
    }

    @Test
    void systemdFindsItWellConfined() {
        ANALYZE.require();

        Tool.Verdict verdict = ANALYZE.run("security", "--offline=true", "--no-pager", UNIT.toString());

        Matcher exposure = EXPOSURE.matcher(verdict.text());
        assertThat(exposure.find()).as(verdict.text()).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).isLessThan(MOST_EXPOSED);
    }

    @Test
    void theNodeIsStartedAsInTheImage() throws IOException {
        String image = Files.readString(Path.of("Dockerfile"));
        List<String> words = Pattern.compile("\"([^\"]+)\"")
                .matcher(image.substring(image.indexOf("ENTRYPOINT")))
                .results()
                .map(each -> each.group(1))
                .toList();

        assertThat(settings().get("ExecStart")).containsExactly("/usr/bin/" + String.join(" ", words));
    }

    @Test
    void aNodeHasTimeToStopAndStartsAgainUnlessItsConfigurationIsBad() throws IOException {
        Map<String, List<String>> settings = settings();

        assertThat(settings.get("KillSignal")).containsExactly("SIGTERM");
        assertThat(settings.get("TimeoutStopSec"))
                .singleElement()
                .satisfies(seconds -> assertThat(Integer.parseInt(seconds)).isGreaterThan(STOP_SECONDS));
        assertThat(settings.get("Restart")).containsExactly("on-failure");
        assertThat(settings.get("RestartPreventExitStatus")).containsExactly("2");
        assertThat(settings.get("SuccessExitStatus")).containsExactly("143");
    }

    @Test
    void aNodeMayOpenFilesAndWriteItsOwnCode() throws IOException {
        assertThat(settings().get("LimitNOFILE")).containsExactly("1048576");
        assertThat(settings().get("MemoryDenyWriteExecute")).containsExactly("no");
        assertThat(settings()).doesNotContainKey("ProcSubset");
    }

    @Test
    void aNodeMayDoNothingElse() throws IOException {
        Map<String, List<String>> settings = settings();

        for (String on : List.of(
                "DynamicUser",
                "NoNewPrivileges",
                "ProtectHome",
                "PrivateTmp",
                "PrivateDevices",
                "ProtectKernelTunables",
                "ProtectKernelModules",
                "ProtectControlGroups",
                "RestrictNamespaces",
                "RestrictSUIDSGID",
                "LockPersonality")) {
            assertThat(settings.get(on)).as(on).containsExactly("yes");
        }
        assertThat(settings.get("ProtectSystem")).containsExactly("strict");
        assertThat(settings.get("CapabilityBoundingSet")).containsExactly("");
        assertThat(settings.get("SystemCallFilter")).hasSize(2).first().isEqualTo("@system-service");
    }

    @Test
    void secretsComeFromAFileThatOnlyRootReads() throws IOException {
        assertThat(settings().get("EnvironmentFile")).containsExactly("/etc/millipede/millipede.env");
        assertThat(settings()).doesNotContainKey("Environment");
    }
}
