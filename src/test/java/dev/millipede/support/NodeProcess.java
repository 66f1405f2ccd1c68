package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The jar as a process of its own. Close it. */
public final class NodeProcess implements AutoCloseable {
    private static final int SECONDS = 30;

    private final Process process;
    private final BufferedReader errors;
    private final List<String> log = new ArrayList<>();

    private NodeProcess(Process process) {
        this.process = process;
        this.errors = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8));
    }

    /** Runs the jar with arguments and no environment variable of ours. */
    public static NodeProcess start(String... arguments) {
        return start(Map.of(), arguments);
    }

    /** Runs the jar with variables and arguments; what it writes to its standard output is dropped. */
    public static NodeProcess start(Map<String, String> variables, String... arguments) {
        return start(List.of(), variables, arguments);
    }

    /** The same behind a command that becomes it, such as {@code ip netns exec name}. */
    public static NodeProcess start(List<String> launcher, Map<String, String> variables, String... arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-jar",
                System.getProperty("millipede.jar", "target/millipede.jar")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("MILLIPEDE_"));
        builder.environment().putAll(variables);
        try {
            return new NodeProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads its log up to a line that holds this text, and returns that line. */
    public String awaitLog(String text) {
        try {
            for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                log.add(line);
                if (line.contains(text)) {
                    return line;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("ended without \"" + text + "\" in\n" + String.join("\n", log));
    }

    /** Hands on each further line of its log, on a thread of its own; nothing else may read the log from now on. */
    public void follow(Consumer<String> lines) {
        Thread reader = new Thread(() -> readOn(lines), "log of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void readOn(Consumer<String> lines) {
        try {
            errors.lines().forEach(lines);
        } catch (UncheckedIOException e) {
            // It was closed.
        }
    }

    /** The public port, from the log. */
    public int port() {
        String line = awaitLog("clients: ws");
        String rest = line.substring(line.indexOf("://") + "://".length());
        return Integer.parseInt(rest.substring(rest.indexOf(':') + 1, rest.indexOf('/')));
    }

    /** Seconds of CPU it has used so far. */
    public double cpuSeconds() {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    /** Sends SIGTERM. */
    public void terminate() {
        // The process' own method would close its log as well.
        process.toHandle().destroy();
    }

    /** Sends a signal by its name, for example {@code STOP}. */
    public void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill -" + name + ": " + code);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the end and returns the exit code. */
    public int exitCode() {
        try {
            errors.lines().forEach(log::add);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still runs\n" + String.join("\n", log));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What it has written to its standard error so far. */
    public String log() {
        return String.join("\n", log);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
