package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every metric and every label in the rules and on the dashboard is one that a node has. */
final class MeterNamesIT {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    /** What Prometheus itself adds to all that it scrapes. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    private static final Map<String, Set<String>> METERS = new TreeMap<>();

    @BeforeAll
    static void scrape(@TempDir Path directory) {
        try (RedisProcess redis = RedisProcess.start();
                NodeFixture node = NodeFixture.start(everything(redis, TlsFiles.in(directory)))) {
            Eventually.until(() -> scrapeAfterCollecting(node), text -> text.contains("jvm_gc_pause_seconds_sum"))
                    .lines()
                    .map(SAMPLE::matcher)
                    .filter(Matcher::matches)
                    .forEach(sample -> {
                        Set<String> labels = METERS.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
                        Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
                        while (label.find()) {
                            labels.add(label.group(1));
                        }
                    });
        }
        METERS.put("up", Set.of());
        for (JsonObject rule : Rules.all()) {
            if (rule.containsKey("record")) {
                METERS.put(rule.getString("record"), Set.of());
            }
        }
    }

    /** Of some meters a node has none without it. */
    private static String everything(RedisProcess redis, TlsFiles files) {
        JsonObject section = new JsonObject().put("uri", redis.unixUri());
        JsonObject tls = new JsonObject()
                .put("certificate", files.certificate().toString())
                .put("key", files.key().toString());
        return new JsonObject()
                .put("backplane", new JsonObject().put("type", "redis").put("redis", section))
                .put("http", new JsonObject().put("tls", tls))
                .put("auth", new JsonObject().put("revocation", new JsonObject().put("users", true)))
                .encode();
    }

    /** The collector's meters are there from the first collection on, those of requests from the first request on. */
    private static String scrapeAfterCollecting(NodeFixture node) {
        System.gc();
        node.internal().metrics();
        return node.internal().metrics();
    }

    @AfterAll
    static void forget() {
        METERS.clear();
    }

    static Stream<Arguments> queries() {
        return Stream.concat(
                Rules.all().stream()
                        .map(rule -> Arguments.of(
                                rule.getString("alert", rule.getString("record")), rule.getString("expr"))),
                Dashboard.panels().stream()
                        .flatMap(panel ->
                                Dashboard.queries(panel).map(query -> Arguments.of(panel.getString("title"), query))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("queries")
    void whatIsAskedForIsThere(String title, String expression) {
        PromQl query = PromQl.of(expression);
        Set<String> labels = new TreeSet<>(OF_THE_TARGET);

        for (PromQl.Selection each : query.selections()) {
            assertThat(METERS).containsKey(each.metric());
            Set<String> own = METERS.getOrDefault(each.metric(), Set.of());
            labels.addAll(own);
            assertThat(each.labels()).allMatch(label -> own.contains(label) || OF_THE_TARGET.contains(label));
        }

        assertThat(labels).as("%s: labels to group by", title).containsAll(query.groupings());
    }

    static Stream<String> choices() {
        return Rules.objects(Dashboard.read().getJsonObject("templating"), "list").stream()
                .filter(variable -> variable.getString("type").equals("query"))
                .map(variable -> variable.getString("definition"));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void whatIsChosenFromIsThere(String definition) {
        String metric = definition.replaceFirst("label_values\\((\\w+).*", "$1");

        assertThat(METERS).containsKey(metric);
    }
}
