package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shipped for Prometheus and Grafana, asked of a real Prometheus that watches a real node. */
final class PrometheusIT {
    /** May well give nothing: only what is not zero, and collections, of which there may have been none. */
    private static final Pattern MAY_BE_EMPTY = Pattern.compile("> 0$|jvm_gc_pause");

    @TempDir
    private Path directory;

    /** What a machine busy with other tests may bring about for a moment; they wait for minutes of it before they fire. */
    private static final Set<String> OF_THE_MACHINE =
            Set.of("MillipedeLoopLag", "MillipedeCollecting", "MillipedeHeapFull");

    @Test
    void everyPanelShowsSomethingAndNoAlertFiresForANodeThatIsWell() {
        PrometheusProcess.TOOL.require();
        try (NodeFixture node = NodeFixture.start();
                TestClient ann = node.member("ann", "room:lobby");
                PrometheusProcess prometheus = PrometheusProcess.start(
                        directory, node.internal().address().getPort())) {
            node.publish("room:lobby", 1);
            ann.publication("room:lobby");
            Eventually.until(
                    () -> prometheus.query("count_over_time(millipede_connections[1m]) >= 4"), is -> !is.isEmpty());

            for (JsonObject panel : Dashboard.panels()) {
                Dashboard.queries(panel).map(PrometheusIT::filledIn).forEach(query -> {
                    List<JsonObject> series = prometheus.query(query);
                    if (!MAY_BE_EMPTY.matcher(query).find()) {
                        assertThat(series)
                                .as("%s: %s", panel.getString("title"), query)
                                .isNotEmpty();
                    }
                });
            }
            for (JsonObject rule : Rules.all()) {
                if (OF_THE_MACHINE.contains(rule.getString("alert", ""))) {
                    continue;
                }
                List<JsonObject> series = prometheus.query(rule.getString("expr"));
                assertThat(series.isEmpty()).as(rule.encode()).isEqualTo(rule.containsKey("alert"));
            }
            assertThat(prometheus.query("millipede_connections"))
                    .singleElement()
                    .satisfies(series -> assertThat(series.getJsonArray("value").getString(1))
                            .isEqualTo("1"));
        }
    }

    @Test
    void noLabelOfANodeIsTakenForOneOfPrometheus() {
        PrometheusProcess.TOOL.require();
        try (NodeFixture node = NodeFixture.start();
                PrometheusProcess prometheus = PrometheusProcess.start(
                        directory, node.internal().address().getPort())) {
            List<JsonObject> outboxes =
                    Eventually.until(() -> prometheus.query("millipede_outbox_bytes"), is -> !is.isEmpty());

            assertThat(outboxes.get(0).getJsonObject("metric").getMap())
                    .containsEntry(
                            "instance", "127.0.0.1:" + node.internal().address().getPort())
                    .containsEntry("loop", "websocket-0")
                    .doesNotContainKey("exported_instance");
        }
    }

    private static String filledIn(String query) {
        return query.replace("$__rate_interval", "10s")
                .replace("$job", "millipede")
                .replace("$instance", ".*");
    }
}
