package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tests written in JavaScript: a copy of them in {@code target}, with their packages, run by Node's own test runner. They
 * start their Millipede nodes themselves, from the jar, on the JVM that runs this.
 */
final class NodeTests {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR =
            Path.of(System.getProperty("millipede.jar", "target/millipede.jar")).toAbsolutePath();

    private final Path folder;
    private final Map<String, String> variables = new HashMap<>();

    /** @param folder in which they are to run, below {@code target} */
    NodeTests(Path folder) {
        this.folder = folder;
    }

    /** Ends the test that asks where Node is missing: as skipped, and said loudly; as failed where CI is set. */
    static void requireNode() throws InterruptedException {
        for (String tool : List.of("node", "npm")) {
            if (runs(tool)) {
                continue;
            }
            String missing = "NOT tested, because " + tool + " does not run here";
            if (System.getenv("CI") != null) {
                fail(missing);
            }
            System.out.println("\n*** SKIPPED: " + missing + " ***\n");
            abort(missing);
        }
    }

    private static boolean runs(String tool) throws InterruptedException {
        try {
            return new ProcessBuilder(tool, "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes files, or all files of a folder, in place of what an earlier run left. */
    NodeTests with(Path... sources) throws IOException {
        Files.createDirectories(folder);
        for (Path old : files(folder)) {
            Files.delete(old);
        }
        for (Path source : sources) {
            for (Path file : Files.isDirectory(source) ? files(source) : List.of(source)) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return this;
    }

    /** Sets a variable of the environment that the tests run in. */
    NodeTests with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Installs the packages of the lock file and runs every test; fails unless there are some and all of them pass. */
    void passes() throws IOException, InterruptedException {
        Outcome install = run(List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"));
        assertThat(install.exitCode()).as("exit code of npm ci").isZero();
        List<String> command = new ArrayList<>(List.of("node", "--test", "--test-reporter=tap"));
        files(folder).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".test.mjs"))
                .forEach(command::add);
        Outcome outcome = run(command);
        assertThat(outcome.exitCode()).as("exit code of node --test").isZero();
        assertThat(outcome.count("pass"))
                .as("tests that passed, of all")
                .isPositive()
                .isEqualTo(outcome.count("tests"));
    }

    /** Runs to the end and prints what is said, line by line. */
    private Outcome run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("NODE_JAR", JAR.toString());
        builder.environment().put("NODE_JAVA", JAVA.toString());
        builder.environment().putAll(variables);
        Process process = builder.start();
        process.getOutputStream().close();
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
