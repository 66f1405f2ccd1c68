package dev.millipede.deploy;

import static dev.millipede.deploy.Rules.objects;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** deploy/prometheus: the rules are valid, each alert fires and keeps silent, and the manual says what to do. */
final class AlertsTest {
    private static final Tool PROMTOOL = new Tool("promtool");
    private static final Path TESTS = Rules.FOLDER.resolve("alerts.test.yaml");

    @Test
    void prometheusAcceptsTheRulesAndTheConfiguration() {
        PROMTOOL.require();

        assertThat(PROMTOOL.run("check", "rules", Rules.FILE.toString())).matches(verdict -> verdict.code() == 0);
        assertThat(PROMTOOL.run(
                        "check",
                        "config",
                        "--syntax-only",
                        Rules.FOLDER.resolve("prometheus.yaml").toString()))
                .matches(verdict -> verdict.code() == 0);
    }

    @Test
    void eachAlertFiresWhenItShouldAndNotBefore() {
        PROMTOOL.require();

        assertThat(PROMTOOL.run("test", "rules", TESTS.toString())).matches(verdict -> verdict.code() == 0);
    }

    @Test
    void everyAlertIsTestedFiringAndSilent() {
        List<JsonObject> cases = objects(Yaml.read(TESTS), "tests").stream()
                .flatMap(test -> objects(test, "alert_rule_test").stream())
                .toList();

        assertThat(named(cases, true)).isEqualTo(alerts());
        assertThat(named(cases, false)).isEqualTo(alerts());
    }

    private static Set<String> named(List<JsonObject> cases, boolean fires) {
        return cases.stream()
                .filter(each ->
                        !each.getJsonArray("exp_alerts", new JsonArray()).isEmpty() == fires)
                .map(each -> each.getString("alertname"))
                .collect(Collectors.toSet());
    }

    private static Set<String> alerts() {
        return Rules.alerts().stream().map(rule -> rule.getString("alert")).collect(Collectors.toSet());
    }

    @Test
    void theManualHasAHeadingForEachAlertAndNoneForOthers() throws IOException {
        Set<String> headings = Files.readAllLines(Path.of("docs/operations.md")).stream()
                .filter(line -> line.startsWith("### Millipede"))
                .map(line -> line.substring("### ".length()).strip())
                .collect(Collectors.toSet());

        assertThat(headings).isEqualTo(alerts());
        assertThat(Rules.alerts())
                .allSatisfy(rule -> assertThat(rule.getJsonObject("annotations").getString("runbook"))
                        .isEqualTo(
                                "docs/operations.md#" + rule.getString("alert").toLowerCase(Locale.ROOT)));
    }

    @Test
    void everyAlertSaysHowBadItIs() {
        assertThat(Rules.alerts())
                .hasSizeGreaterThan(20)
                .allSatisfy(rule -> assertThat(rule.getJsonObject("labels").getString("severity"))
                        .isIn("warning", "critical"));
    }
}
