package dev.millipede.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigCursorTest {
    private enum Colour {
        RED,
        GREEN
    }

    private final ConfigProblems problems = new ConfigProblems();

    private ConfigCursor root(String json, Map<String, String> environment) {
        return ConfigCursor.root(new JsonObject(json), environment, problems);
    }

    private enum Kind {
        STRING,
        BOOL,
        INT,
        LONG,
        DURATION,
        SIZE,
        WORD,
        STRINGS;

        Object read(ConfigCursor cursor) {
            return switch (this) {
                case STRING -> cursor.string("k", "fallback");
                case BOOL -> cursor.bool("k", false);
                case INT -> cursor.integer("k", 5, 1, 10);
                case LONG -> cursor.longInteger("k", 5, 1, 1L << 40);
                case DURATION ->
                    cursor.duration("k", Duration.ofSeconds(25), Duration.ofMillis(100), Duration.ofHours(1));
                case SIZE -> cursor.size("k", 65536, 1024, 1 << 30);
                case WORD -> cursor.word("k", Colour.RED);
                case STRINGS -> cursor.strings("k");
            };
        }
    }

    static Stream<Arguments> valuesInTheFile() {
        return Stream.of(
                arguments(Kind.STRING, "\"x\"", "x"),
                arguments(Kind.BOOL, "true", true),
                arguments(Kind.INT, "1", 1),
                arguments(Kind.INT, "10", 10),
                arguments(Kind.LONG, "1099511627776", 1L << 40),
                arguments(Kind.DURATION, "\"500ms\"", Duration.ofMillis(500)),
                arguments(Kind.DURATION, "\"25s\"", Duration.ofSeconds(25)),
                arguments(Kind.DURATION, "\"10m\"", Duration.ofMinutes(10)),
                arguments(Kind.DURATION, "\"1h\"", Duration.ofHours(1)),
                arguments(Kind.SIZE, "4096", 4096),
                arguments(Kind.SIZE, "\"4096\"", 4096),
                arguments(Kind.SIZE, "\"4096B\"", 4096),
                arguments(Kind.SIZE, "\"64KiB\"", 65536),
                arguments(Kind.SIZE, "\"1MiB\"", 1 << 20),
                arguments(Kind.SIZE, "\"1GiB\"", 1 << 30),
                arguments(Kind.WORD, "\"green\"", Colour.GREEN),
                arguments(Kind.STRINGS, "[]", List.of()),
                arguments(Kind.STRINGS, "[\"a,b\", \"c\"]", List.of("a,b", "c")));
    }

    @ParameterizedTest
    @MethodSource("valuesInTheFile")
    void aValueOfTheFileIsRead(Kind kind, String json, Object expected) {
        assertThat(kind.read(root("{\"k\": " + json + "}", Map.of()))).isEqualTo(expected);
        assertThat(problems.list()).isEmpty();
    }

    static Stream<Arguments> valuesInTheEnvironment() {
        return Stream.of(
                arguments(Kind.STRING, "x", "x"),
                arguments(Kind.BOOL, "true", true),
                arguments(Kind.INT, "7", 7),
                arguments(Kind.LONG, "1099511627776", 1L << 40),
                arguments(Kind.DURATION, "500ms", Duration.ofMillis(500)),
                arguments(Kind.SIZE, "64KiB", 65536),
                arguments(Kind.SIZE, "4096", 4096),
                arguments(Kind.WORD, "green", Colour.GREEN),
                arguments(Kind.STRINGS, "", List.of()),
                arguments(Kind.STRINGS, "a, b", List.of("a", "b")));
    }

    @ParameterizedTest
    @MethodSource("valuesInTheEnvironment")
    void aVariableWinsOverTheFile(Kind kind, String text, Object expected) {
        ConfigCursor root = root("{\"k\": {\"not\": \"usable\"}}", Map.of("MILLIPEDE_K", text));

        assertThat(kind.read(root)).isEqualTo(expected);
        assertThat(problems.list()).isEmpty();
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                arguments(Kind.STRING, "5", "5", "must be a string"),
                arguments(Kind.STRING, "\" \"", "\" \"", "must not be empty"),
                arguments(Kind.STRING, "null", "", "must not be null, leave the key out for its default"),
                arguments(Kind.STRING, "{\"secret\": \"x\"}", "{…}", "must be a string"),
                arguments(Kind.BOOL, "\"true\"", "\"true\"", "must be true or false"),
                arguments(Kind.INT, "\"5\"", "\"5\"", "must be a whole number between 1 and 10"),
                arguments(Kind.INT, "5.0", "5.0", "must be a whole number between 1 and 10"),
                arguments(Kind.INT, "0", "0", "must be between 1 and 10"),
                arguments(Kind.INT, "11", "11", "must be between 1 and 10"),
                arguments(Kind.INT, "4294967301", "4294967301", "must be between 1 and 10"),
                arguments(Kind.DURATION, "60", "60", "not a duration, write for example \"60s\""),
                arguments(Kind.DURATION, "\"60\"", "\"60\"", "not a duration, write for example \"60s\""),
                arguments(Kind.DURATION, "\"soon\"", "\"soon\"", "not a duration, write for example \"25s\""),
                arguments(Kind.DURATION, "\"-5s\"", "\"-5s\"", "not a duration, write for example \"25s\""),
                arguments(Kind.DURATION, "\"99ms\"", "\"99ms\"", "must be between 100ms and 1h"),
                arguments(Kind.DURATION, "\"61m\"", "\"61m\"", "must be between 100ms and 1h"),
                arguments(Kind.DURATION, "\"999999999999h\"", "\"999999999999h\"", "must be between 100ms and 1h"),
                arguments(Kind.SIZE, "\"64KB\"", "\"64KB\"", "not a size, write for example \"64KiB\""),
                arguments(Kind.SIZE, "4096.5", "4096.5", "not a size, write for example \"64KiB\""),
                arguments(Kind.SIZE, "1023", "1023", "must be between 1KiB and 1GiB"),
                arguments(Kind.SIZE, "\"999999999999GiB\"", "\"999999999999GiB\"", "must be between 1KiB and 1GiB"),
                arguments(Kind.WORD, "\"RED\"", "\"RED\"", "must be one of red, green, did you mean \"red\"?"),
                arguments(Kind.WORD, "\"blue-ish\"", "\"blue-ish\"", "must be one of red, green"),
                arguments(Kind.WORD, "\"redis://:hunter2@h\"", "\"redis://***@h\"", "must be one of red, green"),
                arguments(Kind.WORD, "1", "1", "must be one of red, green"),
                arguments(Kind.STRINGS, "\"a\"", "\"a\"", "must be a list of strings"),
                arguments(Kind.STRINGS, "[\"a\", 1]", "[\"a\",1]", "must be a list of strings"),
                arguments(Kind.STRINGS, "[\"\"]", "[\"\"]", "must not hold an empty string"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void anUnusableValueIsAProblemAndTheDefaultStandsIn(Kind kind, String json, String shown, String message) {
        Object fallback = kind.read(ConfigCursor.of(new JsonObject()));

        assertThat(kind.read(root("{\"k\": " + json + "}", Map.of()))).isEqualTo(fallback);
        assertThat(problems.list()).containsExactly(new ConfigProblem("k", shown, message));
    }

    @Test
    void aProblemOfAVariableNamesTheVariable() {
        assertThat(root("{}", Map.of("MILLIPEDE_HTTP_PORT", "tcp://10.0.0.1"))
                        .section("http")
                        .integer("port", 8000, 0, 65535))
                .isEqualTo(8000);
        assertThat(problems.list())
                .containsExactly(new ConfigProblem(
                        "MILLIPEDE_HTTP_PORT", "\"tcp://10.0.0.1\"", "must be a whole number between 0 and 65535"));
        assertThat(problems.failed("http.port")).isTrue();
        assertThat(problems.failed("http")).isTrue();
        assertThat(problems.failed("http.host")).isFalse();
    }

    @Test
    void aVariableIsThePathInCapitalsWithUnderscores() {
        ConfigCursor root = root("{}", Map.of("MILLIPEDE_WEBSOCKET_PINGINTERVAL", "1m"));

        assertThat(root.section("websocket")
                        .duration("pingInterval", Duration.ZERO, Duration.ZERO, Duration.ofHours(1)))
                .isEqualTo(Duration.ofMinutes(1));
        root.rejectUnknown();
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void noProblemShowsASecret() {
        ConfigCursor root = root(
                "{\"a\": {\"deep\": \"hunter2\"}, \"b\": [\"hunter2\", 1], \"c\": \"hunter2\", \"d\": \"hunter2\"}",
                Map.of("MILLIPEDE_E", " "));
        root.secretOrNull("a");
        root.secrets("b");
        root.secret("c", "fallback");
        root.reject("c", "must be a URI");
        root.section("d");
        root.secretOrNull("e");

        assertThat(problems.list()).extracting(ConfigProblem::path).containsExactly("a", "b", "c", "d", "MILLIPEDE_E");
        assertThat(problems.render("x")).doesNotContain("hunter2");
        assertThat(problems.list()).extracting(ConfigProblem::value).containsExactly("***", "***", "***", "", "***");
    }

    @Test
    void aValueThatMayBeMissingMayBeNull() {
        ConfigCursor root = root("{\"a\": null, \"s\": null}", Map.of());

        assertThat(root.stringOrNull("a")).isNull();
        assertThat(root.secretOrNull("b")).isNull();
        assertThat(root.section("s").string("c", "fallback")).isEqualTo("fallback");
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void unknownKeysAndVariablesAreProblemsWithASuggestion() {
        ConfigCursor root = root(
                "{\"redis\": {\"urI\": \"x\", \"password\": \"hunter2\"}, \"reids\": {}}",
                Map.of("MILLIPEDE_REDIS_URL", "x", "MILLIPEDE_WHATEVER", "x", "PATH", "/bin"));
        root.section("redis").string("uri", "fallback");
        root.rejectUnknown();

        assertThat(problems.list())
                .containsExactly(
                        new ConfigProblem("reids", "", "unknown key, did you mean \"redis\"?"),
                        new ConfigProblem("redis.urI", "", "unknown key, did you mean \"uri\"?"),
                        new ConfigProblem("redis.password", "", "unknown key"),
                        new ConfigProblem(
                                "MILLIPEDE_REDIS_URL", "", "unknown variable, did you mean MILLIPEDE_REDIS_URI?"),
                        new ConfigProblem("MILLIPEDE_WHATEVER", "", "unknown variable"));
    }

    @Test
    void variablesOfStartScriptsAndOfKubernetesServicesAreNotOurs() {
        ConfigCursor root = root(
                "{}",
                Map.of(
                        "MILLIPEDE_JAVA_OPTS", "-Xmx1g",
                        "MILLIPEDE_SERVICE_HOST", "10.0.0.1",
                        "MILLIPEDE_SERVICE_PORT_HTTP", "80",
                        "MILLIPEDE_PORT", "tcp://10.0.0.1:80",
                        "MILLIPEDE_PORT_80_TCP_ADDR", "10.0.0.1"));
        root.rejectUnknown();

        assertThat(problems.list()).isEmpty();
    }

    @Test
    void aVariableThatCouldMeanTwoKeysIsRefused() {
        ConfigCursor root = root("{\"a.b\": {}, \"a_b\": {}}", Map.of("MILLIPEDE_A_B_C", "x"));
        root.entries(List.of()).values().forEach(entry -> entry.string("c", "fallback"));

        assertThat(problems.list())
                .containsExactly(
                        new ConfigProblem("MILLIPEDE_A_B_C", "", "stands for both \"a.b\".c and a_b.c, use the file"));
    }

    @Test
    void entriesAreWhatTheFileHoldsAndWhatIsExpected() {
        ConfigCursor root = root("{\"mine\": {}}", Map.of("MILLIPEDE_OTHER_K", "x"));
        Map<String, ConfigCursor> entries = root.entries(List.of("expected", "other"));

        assertThat(entries.keySet()).containsExactly("expected", "other", "mine");
        assertThat(entries.values()).extracting(ConfigCursor::isPresent).containsExactly(false, true, true);
        root.rejectUnknown();
        assertThat(problems.list()).extracting(ConfigProblem::path).containsExactly("MILLIPEDE_OTHER_K");
    }

    @Test
    void aSectionThatIsNoObjectIsAProblem() {
        assertThat(root("{\"http\": 5}", Map.of()).section("http").string("host", "h"))
                .isEqualTo("h");
        assertThat(problems.list()).containsExactly(new ConfigProblem("http", "", "must be an object"));
    }

    @Test
    void longValuesAreShortened() {
        root("{\"k\": \"" + "x".repeat(1000) + "\"}", Map.of()).bool("k", false);

        assertThat(problems.list().get(0).value()).hasSize(40).endsWith("…");
    }
}
