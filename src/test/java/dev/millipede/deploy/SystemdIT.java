package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/systemd, run by a real systemd: {@code mvn verify -Psystemd -Dit.test=SystemdIT}, as root. */
@Tag("systemd")
final class SystemdIT {
    private static final String SECRETS = """
            MILLIPEDE_AUTH_HMACSECRET=%s
            MILLIPEDE_INTERNAL_APIKEYS=%s
            JAVA_TOOL_OPTIONS=-Xlog:gc+init
            """.formatted("s".repeat(32), "k".repeat(32));

    /** What deploy/systemd/README.md says of TLS, and of memory. */
    private static final String DROP_IN = """
            [Service]
            LoadCredential=tls.key:/etc/millipede/tls.key
            Environment=MILLIPEDE_HTTP_TLS_KEY=%d/tls.key MILLIPEDE_HTTP_TLS_CERTIFICATE=/etc/millipede/tls.pem
            MemoryMax=600M
            """;

    @TempDir
    private Path directory;

    @Test
    void theNodeServesAndStopsAndStartsAgainUnderAllOfItsConfinement() throws IOException {
        String production = Files.readString(Path.of("src/main/resources/conf/production.json"));
        try (OwnSystemd systemd = boot(production)) {
            assertThat(systemd.run("systemctl", "start", "millipede").code()).isZero();
            String journal = Eventually.until(systemd::journal, text -> text.contains("ServeCommand: ready"));
            assertThat(journal)
                    .contains("native epoll transport", "clients: wss://0.0.0.0:8000/", "Heap Max Capacity: 300M");
            confined(systemd);
            assertThat(systemd.run("systemctl", "reload", "millipede").code()).isZero();
            Eventually.until(systemd::journal, text -> text.contains("config.json read again, no key has changed"));

            Map<String, String> before = systemd.state();
            systemd.run("kill", "-9", before.getOrDefault("MainPID", ""));
            Eventually.until(() -> systemd.state("NRestarts"), restarts -> restarts.equals("1"));
            Eventually.until(systemd::journal, text -> text.split("ServeCommand: ready", -1).length == 3);

            assertThat(systemd.run("systemctl", "stop", "millipede").code()).isZero();
            assertThat(systemd.state())
                    .containsEntry("ActiveState", "inactive")
                    .containsEntry("Result", "success")
                    .containsEntry("ExecMainStatus", "0");
            assertThat(systemd.journal()).contains("ServeCommand: stopped");
        }
    }

    private static void confined(OwnSystemd systemd) {
        String pid = systemd.state("MainPID");

        assertThat(systemd.run("cat", "/proc/" + pid + "/status").text())
                .containsPattern("CapBnd:\\s+0{16}\n")
                .containsPattern("NoNewPrivs:\\s+1\n")
                .containsPattern("Seccomp:\\s+2\n")
                .doesNotContainPattern("Uid:\\s+0\\b");
        assertThat(systemd.run("nsenter", "-t", pid, "-m", "touch", "/etc/x").text())
                .contains("Read-only file system");
        assertThat(systemd.run("nsenter", "-t", pid, "-m", "ls", "/root").text())
                .isEmpty();
    }

    @Test
    void aBadConfigurationIsNotTriedAgain() throws IOException {
        try (OwnSystemd systemd = boot("{\"http\": {\"port\": 800000}}")) {
            systemd.run("systemctl", "start", "millipede");
            Eventually.until(() -> systemd.state("ActiveState"), state -> state.equals("failed"));

            assertThat(systemd.state()).containsEntry("ExecMainStatus", "2").containsEntry("NRestarts", "0");
            assertThat(systemd.journal()).contains("http.port", "800000", "must be between 0 and 65535");
        }
    }

    private OwnSystemd boot(String configuration) {
        try {
            return new OwnSystemd(directory, configuration, DROP_IN, SECRETS);
        } catch (IOException e) {
            String skipped = "NOT tested, because systemd cannot be run here: " + e.getMessage();
            System.out.println("\n*** SKIPPED: " + skipped + " ***\n");
            Assumptions.abort(skipped);
            throw new AssertionError(e);
        }
    }
}
