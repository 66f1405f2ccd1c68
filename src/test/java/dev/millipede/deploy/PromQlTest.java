package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class PromQlTest {
    @Test
    void metricsAreToldFromFunctionsKeywordsLabelsAndStrings() {
        PromQl query = PromQl.of("""
                histogram_quantile(0.99, sum by (job, le) (rate(a_bucket{job="x{y}", le!~"b_total"}[5m])))
                  > on (job) group_left () 1e3 * c:d:rate2m and max_over_time(e[1h]) unless -f offset 5m""");

        assertThat(query.selections())
                .containsExactly(
                        new PromQl.Selection("a_bucket", Set.of("job", "le")),
                        new PromQl.Selection("c:d:rate2m", Set.of()),
                        new PromQl.Selection("e", Set.of()),
                        new PromQl.Selection("f", Set.of()));
        assertThat(query.groupings()).containsExactly("job", "le");
    }
}
