package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.NodeFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link PongingClients} as a process of their own, all of them connected. Close it. */
final class PongingProcess implements AutoCloseable {
    private final Process process;

    private PongingProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts so many and waits until they are connected.
     *
     * @param launcher a command that becomes the process, such as {@code ip netns exec name}; may be empty
     * @param listener host and port of the node
     */
    static PongingProcess start(List<String> launcher, String listener, int clients) throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                "target/test-classes",
                PongingClients.class.getName(),
                "ws://" + listener + "/connection/websocket",
                NodeFixture.token("ann"),
                Integer.toString(clients)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        assertThat(output.readLine()).isEqualTo("connected " + clients);
        return new PongingProcess(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
