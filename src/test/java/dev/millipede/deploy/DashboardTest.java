package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** deploy/grafana: what can be said of the dashboard without a Grafana. */
final class DashboardTest {
    private static final int COLUMNS = 24;

    private final List<JsonObject> panels = Dashboard.panels();

    @Test
    void noTwoPanelsShareAnIdOrAPlace() {
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();

        for (JsonObject panel : panels) {
            assertThat(ids.add(panel.getInteger("id")))
                    .as("id of %s", panel.getString("title"))
                    .isTrue();
            JsonObject place = panel.getJsonObject("gridPos");
            assertThat(place.getInteger("x") + place.getInteger("w")).isLessThanOrEqualTo(COLUMNS);
            for (int x = place.getInteger("x"); x < place.getInteger("x") + place.getInteger("w"); x++) {
                for (int y = place.getInteger("y"); y < place.getInteger("y") + place.getInteger("h"); y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("place of %s", panel.getString("title"))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyQueryIsNarrowedToTheJobAndTheNodesThatAreChosen() {
        List<String> queries = panels.stream().flatMap(Dashboard::queries).toList();

        assertThat(queries)
                .hasSizeGreaterThan(50)
                .allSatisfy(query -> assertThat(PromQl.of(query).selections())
                        .isNotEmpty()
                        .allSatisfy(each -> assertThat(each.labels()).contains("job", "instance")))
                .allMatch(query -> !query.contains("rate(") || query.contains("[$__rate_interval]"));
    }

    @Test
    void everyPanelAsksTheDataSourceThatIsChosen() {
        assertThat(panels)
                .filteredOn(panel -> !panel.getString("type").equals("row"))
                .allSatisfy(
                        panel -> assertThat(panel.getJsonObject("datasource").getString("uid"))
                                .isEqualTo("${datasource}"));
    }
}
