package dev.millipede.support;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A node in a JVM of its own, from the jar, and its clients. Close it. */
public final class SeparateNode implements AutoCloseable {
    private static final String INTERNAL = "API, metrics, health: http://";

    private final NodeProcess process;
    private final Path file;
    private int port;
    private InternalPort internal = new InternalPort(0);

    private SeparateNode(NodeProcess process, Path file) {
        this.process = process;
        this.file = file;
    }

    /** Launches it and does not wait; call {@link #awaitReady} before anything else. */
    public static SeparateNode launch(Path directory, JsonObject config) {
        return launch(directory, config, Map.of());
    }

    /** The same with variables of the environment. */
    public static SeparateNode launch(Path directory, JsonObject config, Map<String, String> variables) {
        return launch(List.of(), directory, config, variables);
    }

    /** The same behind a command that becomes the node, such as a shell with other limits. */
    public static SeparateNode launch(
            List<String> launcher, Path directory, JsonObject config, Map<String, String> variables) {
        try {
            Path file = Files.createTempFile(directory, "node", ".json");
            Files.writeString(file, config.encodePrettily());
            return new SeparateNode(NodeProcess.start(launcher, variables, "--config", file.toString()), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it says that it can serve clients. */
    public SeparateNode awaitReady() {
        port = process.port();
        String line = process.awaitLog(INTERNAL);
        internal = new InternalPort(Integer.parseInt(line.substring(line.lastIndexOf(':') + 1, line.lastIndexOf('/'))));
        internal.awaitReady();
        return this;
    }

    /** Writes its file anew, asks it to read that, and returns what it says of it. */
    public String reload(String config) {
        try {
            Files.writeString(file, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.signal("HUP");
        return process.awaitLog("SIGHUP: ");
    }

    /** The process, for its log and its CPU. */
    public NodeProcess process() {
        return process;
    }

    /** The public port. */
    public int port() {
        return port;
    }

    /** Where its API, metrics and health are. */
    public InternalPort internal() {
        return internal;
    }

    /** A connection of a user whose connect has been answered. */
    public TestClient connect(String user) {
        return NodeFixture.connect(TestClient.open(port), user);
    }

    /** An upgraded connection that has said nothing yet. */
    public TestClient open() {
        return TestClient.open(port);
    }

    /** A connection of a user that is subscribed to a channel. */
    public TestClient member(String user, String channel) {
        return NodeFixture.subscribe(connect(user), channel);
    }

    @Override
    public void close() {
        process.close();
    }
}
