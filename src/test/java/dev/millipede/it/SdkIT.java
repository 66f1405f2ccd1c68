package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Runs {@code src/test/sdk}: the official SDK in Node against a node from the jar, on the JVM that runs this test. */
final class SdkIT {
    private static final Path SOURCE = Path.of("src/test/sdk");
    private static final Path FOLDER = Path.of("target/sdk");
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR =
            Path.of(System.getProperty("millipede.jar", "target/millipede.jar")).toAbsolutePath();

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void theOfficialSdkConnectsSubscribesPublishesRefreshesAndReconnects() throws Exception {
        requireNode();
        copySources();
        assertThat(run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
                        .exitCode())
                .as("exit code of npm ci")
                .isZero();
        List<String> command = new ArrayList<>(List.of("node", "--test", "--test-reporter=tap"));
        command.addAll(testFiles());
        Outcome outcome = run(command.toArray(String[]::new));
        assertThat(outcome.exitCode()).as("exit code of node --test").isZero();
        assertThat(outcome.count("pass")).isPositive().isEqualTo(outcome.count("tests"));
    }

    /** Without Node this proves nothing, and says so; where CI is set it must be there. */
    private static void requireNode() throws InterruptedException {
        for (String tool : List.of("node", "npm")) {
            try {
                if (start(List.of(tool, "--version"), Path.of("")).waitFor() == 0) {
                    continue;
                }
            } catch (IOException e) {
                // It is not there: said below.
            }
            String missing = "the official SDK was NOT tested, because " + tool + " does not run here";
            if (System.getenv("CI") != null) {
                fail(missing);
            }
            System.out.println("\n*** SKIPPED: " + missing + " ***\n");
            abort(missing);
        }
    }

    private static void copySources() throws IOException {
        Files.createDirectories(FOLDER);
        try (Stream<Path> old = Files.list(FOLDER)) {
            for (Path file : old.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static List<String> testFiles() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".test.mjs"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    /** Runs to the end and prints what is said, line by line. */
    private static Outcome run(String... command) throws IOException, InterruptedException {
        Process process = start(List.of(command), FOLDER);
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.out.println(line);
                lines.add(line);
            }
            return new Outcome(process.waitFor(), lines);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> command, Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toAbsolutePath().toFile())
                .redirectErrorStream(true);
        builder.environment().put("NODE_JAR", JAR.toString());
        builder.environment().put("NODE_JAVA", JAVA.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private record Outcome(int exitCode, List<String> lines) {
        /** One of the counts at the end, as in {@code # pass 17}. */
        int count(String of) {
            String start = "# " + of + ' ';
            return lines.stream()
                    .filter(line -> line.startsWith(start))
                    .mapToInt(line -> Integer.parseInt(line.substring(start.length())))
                    .findFirst()
                    .orElse(-1);
        }
    }
}
