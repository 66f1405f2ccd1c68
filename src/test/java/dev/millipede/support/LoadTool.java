package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Commands of others in a folder, one after the other; what they say is printed. Close it: that ends the one that runs. */
public final class LoadTool implements AutoCloseable {
    private final Path folder;
    private final Map<String, String> variables;
    private final AtomicReference<@Nullable Process> running = new AtomicReference<>();

    public LoadTool(Path folder, Map<String, String> variables) {
        this.folder = folder;
        this.variables = variables;
    }

    /** Ends the test that asks where a tool is missing: as skipped, and said loudly; as failed where CI is set. */
    public static void require(String... command) throws InterruptedException {
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            String missing = "NOT tested, because " + command[0] + " does not run here";
            if (System.getenv("CI") != null) {
                fail(missing);
            }
            System.out.println("\n*** SKIPPED: " + missing + " ***\n");
            abort(missing);
        }
    }

    /** Runs to the end and returns the exit code. */
    public int run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(variables);
        Process process = builder.start();
        running.set(process);
        process.getOutputStream().close();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(System.out::println);
        }
        return process.waitFor();
    }

    /** Runs to an exit code of 0. */
    public void passes(String... command) throws IOException, InterruptedException {
        int code = run(command);
        if (code != 0) {
            throw new AssertionError(List.of(command) + ": exit code " + code);
        }
    }

    @Override
    public void close() {
        Process process = running.get();
        if (process != null && process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
