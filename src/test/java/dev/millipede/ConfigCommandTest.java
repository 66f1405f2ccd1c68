package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConfigCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> environment, String... arguments) {
        return new CommandLine(new ConfigCommand(environment))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void withoutAFileItPrintsTheDefaultFile() throws IOException {
        assertThat(run(Map.of())).isZero();
        assertThat(out).hasToString(Files.readString(Path.of("src/main/resources/conf/default.json")));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void whatItPrintsIsValid(@TempDir Path folder) throws IOException {
        assertThat(run(Map.of())).isZero();
        Path file = Files.writeString(folder.resolve("printed.json"), out.toString());
        out.getBuffer().setLength(0);

        assertThat(run(Map.of(), file.toString())).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        file + " is valid",
                        "  warning: auth: with neither keys (hmacSecret, publicKey, jwks.url) nor anonymous nobody can connect");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aFileWithProblemsEndsWithTwo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"http\": {\"host\": \"0.0.0.0\", \"port\": 70000}}");

        assertThat(run(Map.of(), file.toString())).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        file + " has 2 problems",
                        "  http.port   70000        must be between 0 and 65535",
                        "  http.host   \"0.0.0.0\"    beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url, or auth.anonymous: true to let everybody in");
    }

    @Test
    void theEnvironmentCounts(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"auth\": {\"anonymous\": true}}");

        assertThat(run(Map.of("MILLIPEDE_HTTP_PROT", "1"), file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("unknown variable, did you mean MILLIPEDE_HTTP_PORT?");
        assertThat(run(Map.of("MILLIPEDE_HTTP_PORT", "1"), file.toString())).isZero();
    }

    @Test
    void aFileThatIsNotThereEndsWithTwo(@TempDir Path folder) {
        assertThat(run(Map.of(), folder.resolve("absent.json").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("has 1 problem").contains("does not exist");
    }
}
