package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop that hangs before it has begun. */
@Tag("chaos")
class HaltIT {
    /** What a pipe holds on Linux. */
    private static final int PIPE_BYTES = 65_536;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void aNodeWhoseLogNobodyTakesEndsAllTheSame() throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor())
                .isZero();
        Path config = Files.writeString(
                directory.resolve("node.json"), NodeFixture.config().encode());
        try (NodeProcess process = NodeProcess.start(
                        List.of("sh", "-c", "exec \"$@\" 2>\"$0\"", log.toString()),
                        Map.of(),
                        "--config",
                        config.toString());
                BufferedReader reader = Files.newBufferedReader(log, UTF_8);
                FileOutputStream filler = new FileOutputStream(log.toFile())) {
            for (String line = reader.readLine(); !line.endsWith(": ready"); line = reader.readLine()) {
                assertThat(line).isNotNull();
            }
            filler.write(new byte[PIPE_BYTES]);

            long from = System.nanoTime();
            process.terminate();

            assertThat(process.exitCode()).isEqualTo(1);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from);
            System.out.printf("measured: a stop that hangs: halted after %d s%n", seconds);
            assertThat(seconds).isBetween(24L, 29L);
        }
    }
}
