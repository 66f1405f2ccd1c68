package dev.millipede.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Skipped;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.support.RawHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MetricsTest {
    private final Metrics metrics = new Metrics(List.of("user", "room", ""), 2);

    @Test
    void theMetersOfANodeAreThoseInTheManual() throws IOException {
        metrics.gaugeConnectionLimit(() -> 0);
        metrics.gaugeDescriptors(() -> 0);
        metrics.gaugeChannels(() -> 0);
        metrics.gaugeBackplaneReady(() -> true);
        metrics.gaugeNodes(() -> 1);
        metrics.gaugeNodeLease(() -> true);
        metrics.gaugeRevocationsAge(() -> 0);
        metrics.gaugeSubscriptions(0, () -> 0);
        metrics.gaugeJwksAge(() -> 0);
        metrics.gaugeCertificate("public", () -> 0);

        assertThat(documented()).isEqualTo(names(metrics.scrape(), Pattern.compile("# HELP (millipede_\\w+) .+")));
    }

    @Test
    void everyMeterHasAHelpText() {
        String scrape = metrics.scrape();

        assertThat(names(scrape, Pattern.compile("# HELP (millipede_\\w+) \\S.*")))
                .isEqualTo(names(scrape, Pattern.compile("# TYPE (millipede_\\w+) .+")));
    }

    @Test
    void aNamespaceThatComesLaterHasALabelOfItsOwnAndNoneIsForgotten() {
        metrics.publicationIn("news", Source.API);
        metrics.use(List.of("news"));
        metrics.publicationIn("news", Source.API);
        metrics.publicationIn("room", Source.API);

        assertThat(metrics.scrape())
                .contains("millipede_publications_total{namespace=\"other\",source=\"api\"} 1.0")
                .contains("millipede_publications_total{namespace=\"news\",source=\"api\"} 1.0")
                .contains("millipede_publications_total{namespace=\"room\",source=\"api\"} 1.0");
    }

    @Test
    void everyCloseCodeHasALabelOfItsOwnAndOthersShareOne() {
        metrics.connectionClosed(1001);
        for (CloseCode code : CloseCode.values()) {
            metrics.connectionClosed(code.code());
        }
        assertThat(metrics.scrape()).contains("millipede_connections_closed_total{code=\"other\"} 0.0");

        metrics.connectionClosed(4999);
        metrics.connectionClosed(-1);

        assertThat(metrics.scrape())
                .contains("millipede_connections_closed_total{code=\"1001\"} 1.0")
                .contains("millipede_connections_closed_total{code=\"3008\"} 1.0")
                .contains("millipede_connections_closed_total{code=\"other\"} 2.0");
    }

    @Test
    void everyErrorCodeHasALabelOfItsOwn() {
        for (ErrorCode code : ErrorCode.values()) {
            metrics.commandFailed(code.code());
        }

        assertThat(metrics.scrape()).contains("millipede_command_errors_total{code=\"other\"} 0.0");
    }

    @Test
    void connectionsAreThoseOpenedLessThoseClosed() {
        metrics.connectionOpened();
        metrics.connectionOpened();
        metrics.connectionClosed(3000);

        assertThat(metrics.scrape())
                .contains("millipede_connections 1.0")
                .contains("millipede_connections_opened_total 2.0");
    }

    @Test
    void eventsAreCountedUnderTheirLabels() {
        Arrays.stream(CommandKind.values()).forEach(metrics::command);
        metrics.publicationIn("room", Source.CLIENT);
        metrics.publicationIn("", Source.API);
        metrics.publicationIn("unheard-of", Source.BACKPLANE);
        metrics.delivered(3, 384);
        metrics.delivered(1, 128);
        metrics.dropped(7);
        metrics.bytesReceived(10);
        metrics.bytesSent(20);
        metrics.handshakeRefused(503);
        metrics.handshakeRefused(418);
        metrics.slowClosed();
        metrics.encoded();
        metrics.publicationUnrouted();
        metrics.backplaneLost();
        metrics.countedLocally();
        metrics.revoked("user");
        metrics.revoked("token");
        metrics.publicationSkipped("unheard-of");
        metrics.controlRejected("seal");
        metrics.controlRejected("unheard-of");

        assertThat(metrics.scrape())
                .contains("millipede_commands_total{command=\"pong\"} 1.0")
                .contains("millipede_publications_total{namespace=\"room\",source=\"client\"} 1.0")
                .contains("millipede_publications_total{namespace=\"-\",source=\"api\"} 1.0")
                .contains("millipede_publications_total{namespace=\"other\",source=\"backplane\"} 1.0")
                .contains("millipede_deliveries_total 4.0")
                .contains("millipede_delivered_bytes_total 512.0")
                .contains("millipede_publications_dropped_total 7.0")
                .contains("millipede_received_bytes_total 10.0")
                .contains("millipede_sent_bytes_total 20.0")
                .contains("millipede_handshakes_refused_total{status=\"503\"} 1.0")
                .contains("millipede_handshakes_refused_total{status=\"other\"} 1.0")
                .contains("millipede_slow_closes_total 1.0")
                .contains("millipede_publications_encoded_total 1.0")
                .contains("millipede_publications_unrouted_total 1.0")
                .contains("millipede_cluster_rejected_total{reason=\"seal\"} 1.0")
                .contains("millipede_cluster_rejected_total{reason=\"other\"} 1.0")
                .contains("millipede_backplane_losses_total 1.0")
                .contains("millipede_user_limit_local_total 1.0")
                .contains("millipede_revocations_total{kind=\"user\"} 1.0")
                .contains("millipede_revocations_total{kind=\"token\"} 1.0")
                .contains("millipede_publications_skipped_total{reason=\"other\"} 1.0");
    }

    @Test
    void everyReasonToSkipAPublicationHasALabelOfItsOwn() {
        for (Skipped why : Skipped.values()) {
            metrics.publicationSkipped(why.label());
            assertThat(metrics.scrape())
                    .contains("millipede_publications_skipped_total{reason=\"" + why.label() + "\"} 1.0");
        }

        assertThat(metrics.scrape()).contains("millipede_publications_skipped_total{reason=\"other\"} 0.0");
    }

    @Test
    void whatBecomesOfTokensIsCountedByClosedWords() {
        metrics.tokenJudged("valid");
        metrics.tokenJudged("no expiry");
        metrics.tokenJudged("unheard-of");
        metrics.jwksRefreshed(true);
        metrics.jwksRefreshed(false);

        assertThat(metrics.scrape())
                .contains("millipede_tokens_total{result=\"valid\"} 1.0")
                .contains("millipede_tokens_total{result=\"no_expiry\"} 1.0")
                .contains("millipede_tokens_total{result=\"other\"} 1.0")
                .contains("millipede_jwks_refreshes_total{outcome=\"ok\"} 1.0")
                .contains("millipede_jwks_refreshes_total{outcome=\"failed\"} 1.0");
    }

    @Test
    void theAgeOfTheIssuersKeysIsThatOfTheLastAskedFor() {
        metrics.gaugeJwksAge(() -> 3);
        metrics.gaugeJwksAge(() -> 5);

        assertThat(metrics.scrape()).contains("millipede_jwks_age_seconds 5.0");
    }

    @Test
    void theBackplaneIsReadyWhenItSaysSo() {
        boolean[] ready = {false};
        metrics.gaugeBackplaneReady(() -> ready[0]);
        assertThat(metrics.scrape()).contains("millipede_backplane_ready 0.0");

        ready[0] = true;
        assertThat(metrics.scrape()).contains("millipede_backplane_ready 1.0");
    }

    @Test
    void gaugesShowTheLastValue() {
        metrics.outboxBytes(1, 500);
        metrics.outboxBytes(1, 300);
        metrics.gaugeSubscriptions(1, () -> 42);

        assertThat(metrics.scrape())
                .contains("millipede_outbox_bytes{loop=\"websocket-0\"} 0.0")
                .contains("millipede_outbox_bytes{loop=\"websocket-1\"} 300.0")
                .contains("millipede_subscriptions{loop=\"websocket-1\"} 42.0");
    }

    @Test
    void loopLagIsAHistogramWithTheBucketsOfTheManual() {
        metrics.loopLag(1, 30_000_000);
        metrics.routerLoopLag(3_000_000_000L);

        String scrape = metrics.scrape();

        assertThat(scrape)
                .contains("millipede_loop_lag_seconds_bucket{loop=\"websocket-1\",le=\"0.025\"} 0")
                .contains("millipede_loop_lag_seconds_bucket{loop=\"websocket-1\",le=\"0.05\"} 1")
                .contains("millipede_loop_lag_seconds_bucket{loop=\"router\",le=\"2.5\"} 0")
                .contains("millipede_loop_lag_seconds_bucket{loop=\"router\",le=\"+Inf\"} 1");
        assertThat(scrape.lines().filter(line -> line.startsWith("millipede_loop_lag_seconds_bucket{loop=\"router\"")))
                .hasSize(12);
    }

    @Test
    void aSocketThatLeftVertxLeavesNoGaugeBehindAndEachNodeCountsItsOwn() {
        Metrics other = new Metrics(List.of(), 0);
        Vertx vertx = metrics.measured(new VertxOptions()).build();
        Vertx otherVertx = other.measured(new VertxOptions()).build();
        try {
            int port = await(vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                            .requestHandler(request ->
                                    request.response().setStatusCode(404).end())
                            .webSocketHandler(socket -> {})
                            .listen(0))
                    .actualPort();
            assertThat(RawHttp.get(
                                    port,
                                    "/",
                                    "Connection: Upgrade",
                                    "Upgrade: websocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                            .status())
                    .isEqualTo(101);

            assertThat(RawHttp.get(port, "/").status()).isEqualTo(404);

            assertThat(metrics.scrape())
                    .contains("vertx_http_server_requests_total{code=\"404\"} 1.0")
                    .contains("vertx_pool_", "jvm_memory_used_bytes", "process_files_open_files")
                    .doesNotContain("vertx_http_server_active")
                    .doesNotContain("vertx_http_server_bytes");
            assertThat(other.scrape()).contains("vertx_pool_").doesNotContain("code=\"404\"");
        } finally {
            await(vertx.close());
            await(otherVertx.close());
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static Set<String> documented() throws IOException {
        return names(Files.readString(Path.of("docs/operations.md")), Pattern.compile("\\| `(millipede_\\w+)[`{].*"));
    }

    private static Set<String> names(String text, Pattern line) {
        return text.lines()
                .map(line::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
