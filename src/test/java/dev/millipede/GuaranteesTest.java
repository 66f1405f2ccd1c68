package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** docs/guarantees.md: every promise names a test, and every test that it names is there. */
class GuaranteesTest {
    private static final Path TESTS = Path.of("src/test/java/dev/millipede");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))\\.(\\w+)`");
    private static final Pattern FAULT = Pattern.compile("`history: ([A-Z_]+)`");

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/guarantees.md"));
    }

    @Test
    void everyRowNamesATest() throws IOException {
        assertThat(page().lines().filter(line -> line.startsWith("| ") && !line.startsWith("| promise |")))
                .filteredOn(line -> !line.startsWith("| |"))
                .hasSizeGreaterThan(25)
                .allMatch(
                        line -> TEST.matcher(line).find() || FAULT.matcher(line).find());
    }

    @TestFactory
    Stream<DynamicTest> everyTestThatIsNamedIsThere() throws IOException {
        return TEST.matcher(page()).results().map(name -> DynamicTest.dynamicTest(name.group(), () -> isThere(name)));
    }

    private static void isThere(MatchResult name) throws IOException {
        Path file;
        try (Stream<Path> files = Files.walk(TESTS)) {
            file = files.filter(each -> each.endsWith(name.group(1) + ".java"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(Files.readString(file)).contains("void " + name.group(2) + '(');
    }

    @Test
    void everyFaultThatIsNamedIsOneOfTheChecker() throws IOException {
        String faults = Files.readString(TESTS.resolve("checker/Fault.java"));

        assertThat(FAULT.matcher(page()).results().filter(each -> !each.group(1).equals("FAULT")))
                .isNotEmpty()
                .allMatch(each -> faults.contains(each.group(1) + "("));
    }
}
