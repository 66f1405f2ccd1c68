package dev.millipede.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program of the system that judges a file better than we could.
 *
 * @param name as on the path
 */
record Tool(String name) {
    /** What it said on both of its outputs. */
    record Verdict(int code, String text) {}

    /** Ends the test that asks where the program is missing: as skipped, and said loudly; as failed where CI is set. */
    void require() {
        if (isThere()) {
            return;
        }
        String missing = "NOT tested, because there is no " + name + " here";
        if (System.getenv("CI") != null) {
            fail(missing);
        }
        System.out.println("\n*** SKIPPED: " + missing + " ***\n");
        abort(missing);
    }

    private boolean isThere() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }

    /** Runs it to its end. */
    Verdict run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(name));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new Verdict(process.waitFor(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
