package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node refuses to listen on; nothing here ever listens. */
class ListenIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private void assertRefused(String config, String... reasons) throws IOException {
        Path file = Files.writeString(directory.resolve("node.json"), config);
        try (NodeProcess process = NodeProcess.start("--config", file.toString())) {
            assertThat(process.exitCode()).as(process.log()).isEqualTo(2);
            assertThat(process.log()).contains(reasons);
        }
    }

    @Test
    void beyondLoopbackSomebodyMustBeAbleToSayWhoTheyAre() throws IOException {
        assertRefused("{\"http\":{\"host\":\"0.0.0.0\",\"port\":0}}", "http.host", "auth.hmacSecret", "auth.anonymous");
    }

    @Test
    void theInternalListenerBeyondLoopbackNeedsKeys() throws IOException {
        assertRefused("{\"internal\":{\"host\":\"0.0.0.0\",\"port\":0}}", "internal.host", "internal.apiKeys");
    }

    @Test
    void developmentModeStaysOnLoopback() {
        try (NodeProcess process =
                NodeProcess.start(Map.of("MILLIPEDE_HTTP_HOST", "0.0.0.0", "MILLIPEDE_HTTP_PORT", "0"))) {
            assertThat(process.exitCode()).as(process.log()).isEqualTo(2);
            assertThat(process.log()).contains("http.host", "development mode stays on loopback");
        }
    }
}
