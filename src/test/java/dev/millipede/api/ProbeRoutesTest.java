package dev.millipede.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.RawHttp;
import dev.millipede.support.RawHttp.Reply;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProbeRoutesTest {
    @Test
    void healthNeedsNoKeyAndSaysUpOrNotAndNothingMore() {
        try (ApiFixture api = ApiFixture.start()) {
            Reply live = RawHttp.get(api.port, "/health/live");
            Reply ready = RawHttp.get(api.port, "/health/ready");
            api.ready.set(false);
            Reply unready = RawHttp.get(api.port, "/health/ready");

            assertThat(List.of(live.status(), ready.status(), unready.status())).containsExactly(200, 200, 503);
            assertThat(List.of(live.body(), ready.body(), unready.body())).containsOnly("{}");
            assertThat(RawHttp.get(api.port, "/health/live").status()).isEqualTo(200);
            assertThat(RawHttp.send(api.port, List.of("HEAD /health/ready HTTP/1.1", "Host: localhost"), new byte[0])
                            .status())
                    .isEqualTo(503);
        }
    }

    @Test
    void metricsAreOpenOnLoopback() {
        try (ApiFixture api = ApiFixture.start()) {
            Reply reply = RawHttp.get(api.port, "/metrics");

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("Content-Type")).containsExactly("text/plain; version=0.0.4; charset=utf-8");
            assertThat(reply.body()).contains("millipede_connections 0.0");
        }
    }

    @Test
    void metricsNeedAKeyElsewhere() {
        try (ApiFixture api = ApiFixture.start((routes, router) -> routes.mount(router, MetricsAccess.KEYED))) {
            assertThat(RawHttp.get(api.port, "/metrics").status()).isEqualTo(401);
            assertThat(RawHttp.get(api.port, "/metrics", ApiFixture.KEY).status())
                    .isEqualTo(200);
            assertThat(RawHttp.get(api.port, "/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void theKeyForMetricsMayComeAsABearerAsPrometheusSendsIt() {
        try (ApiFixture api = ApiFixture.start((routes, router) -> routes.mount(router, MetricsAccess.KEYED))) {
            String key = ApiFixture.KEY.substring(ApiFixture.KEY.indexOf(' ') + 1);

            assertThat(RawHttp.get(api.port, "/metrics", "Authorization: Bearer " + key)
                            .status())
                    .isEqualTo(200);
            assertThat(RawHttp.get(api.port, "/metrics", "Authorization: Bearer " + key + "x")
                            .status())
                    .isEqualTo(401);
            assertThat(RawHttp.get(api.port, "/metrics", "Authorization: Basic " + key)
                            .status())
                    .isEqualTo(401);
            assertThat(RawHttp.post(api.port, "/api/info", "{}".getBytes(UTF_8), "Authorization: Bearer " + key)
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void metricsThatAreOffDoNotExistNotEvenForThoseWithAKey() {
        try (ApiFixture api = ApiFixture.start((routes, router) -> routes.mount(router, MetricsAccess.OFF))) {
            assertThat(RawHttp.get(api.port, "/metrics", ApiFixture.KEY).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void outsideDevelopmentModeThereIsNoPageAndNoMint() {
        try (ApiFixture api = ApiFixture.start()) {
            assertThat(RawHttp.get(api.port, "/").status()).isEqualTo(404);
            assertThat(RawHttp.get(api.port, "/dev/token?user=ann").status()).isEqualTo(404);
        }
    }

    @Test
    void whatClientsInventDoesNotMakeMeters() {
        try (ApiFixture api = ApiFixture.start()) {
            RawHttp.send(api.port, List.of("INVENTED /a HTTP/1.1", "Host: localhost"), new byte[0]);
            RawHttp.get(api.port, "/invented-path");

            String scrape = RawHttp.get(api.port, "/metrics").body();

            assertThat(scrape).contains("vertx_http_server_requests_total{code=\"404\"}");
            assertThat(scrape).doesNotContain("INVENTED").doesNotContain("invented-path");
            assertThat(scrape)
                    .doesNotContain("vertx_http_server_active")
                    .doesNotContain("vertx_http_server_bytes")
                    .doesNotContain("vertx_eventbus")
                    .doesNotContain("127.0.0.1");
        }
    }
}
