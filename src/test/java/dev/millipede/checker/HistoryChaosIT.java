package dev.millipede.checker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The {@link HistoryChecker} over all faults, a test for each, in a network namespace of its own where that can be made. */
@Tag("history")
class HistoryChaosIT {
    private static final String NETWORK =
            "millipede-history-" + ProcessHandle.current().pid();

    private @Nullable Process checker;
    private boolean ownNetwork;

    @AfterEach
    void end() throws IOException, InterruptedException {
        Process running = checker;
        if (running != null) {
            // Nodes outlive a checker that is killed.
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        if (ownNetwork) {
            ip("netns", "delete", NETWORK);
        }
    }

    private static boolean ip(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            System.out.println(e.getMessage());
            return false;
        }
    }

    @TestFactory
    Stream<DynamicTest> nothingIsLostUnnoticed() throws IOException, InterruptedException {
        ownNetwork = ip("netns", "add", NETWORK) && ip("-n", NETWORK, "link", "set", "lo", "up");
        List<String> command = new ArrayList<>();
        if (ownNetwork) {
            command.addAll(List.of("ip", "netns", "exec", NETWORK));
        } else {
            System.out.println("\n*** NOT a cluster, because a network namespace cannot be made here ***\n");
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dhistory.faults=" + System.getProperty("history.faults", ""),
                "-Dmillipede.jar=" + System.getProperty("millipede.jar", "target/millipede.jar"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                HistoryChecker.class.getName()));
        if (ownNetwork) {
            command.add("--own-network");
        }
        Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
        checker = started;
        BufferedReader output = started.inputReader(UTF_8);
        return Fault.wanted().stream()
                .map(fault -> DynamicTest.dynamicTest(fault.toString(), () -> await(output, fault)));
    }

    /** Shows what the checker prints up to its word on this fault. */
    private static void await(BufferedReader output, Fault fault) {
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                System.out.println(line);
                String mark = HistoryChecker.MARK + fault + ' ';
                if (line.startsWith(mark)) {
                    String verdict = line.substring(mark.length());
                    Assumptions.assumeFalse(verdict.equals(HistoryChecker.IMPOSSIBLE), verdict);
                    assertThat(verdict).isEqualTo(HistoryChecker.OK);
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("the checker ended before its word on " + fault);
    }
}
