package dev.millipede.api;

import dev.millipede.metrics.Metrics;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.function.BooleanSupplier;

/** What monitoring asks: health, which says up or not and nothing more, and metrics. Safe on any thread. */
final class ProbeRoutes {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final ApiKeys keys;
    private final Metrics metrics;
    private final BooleanSupplier ready;

    ProbeRoutes(ApiKeys keys, Metrics metrics, BooleanSupplier ready) {
        this.keys = keys;
        this.metrics = metrics;
        this.ready = ready;
    }

    void mount(Router router, MetricsAccess access) {
        router.route("/health/live")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> Answer.json(context.request(), 200, new JsonObject()));
        router.route("/health/ready")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> Answer.json(context.request(), ready.getAsBoolean() ? 200 : 503, new JsonObject()));
        if (access != MetricsAccess.OFF) {
            router.get("/metrics").handler(context -> metrics(context.request(), access == MetricsAccess.KEYED));
        }
    }

    private void metrics(HttpServerRequest request, boolean needKey) {
        if (needKey && !keys.acceptScraper(request)) {
            Answer.empty(request, 401);
        } else {
            Answer.text(request, 200, PROMETHEUS_TEXT, metrics.scrape());
        }
    }
}
