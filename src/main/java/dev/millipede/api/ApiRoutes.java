package dev.millipede.api;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Revocations;
import dev.millipede.bus.LocalBus;
import dev.millipede.channel.Namespaces;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The routes of the internal listener: the HTTP API in the shape of Centrifugo's server API, health and metrics. No
 * response has CORS headers, so no page of another origin can read one. Safe on any thread; may be mounted several times.
 */
public final class ApiRoutes {
    private final ApiKeys keys;
    private final ProbeRoutes probes;
    private final PublishRoutes publishing;
    private final HistoryRoutes history;
    private final InfoRoute info;
    private final RevokeRoute revoking;

    /**
     * Wires the routes; nothing is asked before the first request.
     *
     * @param keys who may call; none: nobody
     * @param revocable what may be revoked
     * @param ready whether the node can serve now
     */
    public ApiRoutes(
            List<String> keys,
            Namespaces namespaces,
            Broker broker,
            Revocations revocations,
            Revocable revocable,
            LocalBus bus,
            Metrics metrics,
            BooleanSupplier ready) {
        this.keys = new ApiKeys(keys);
        this.probes = new ProbeRoutes(this.keys, metrics, ready);
        this.publishing = new PublishRoutes(namespaces, broker, metrics);
        this.history = new HistoryRoutes(namespaces, broker);
        this.info = new InfoRoute(bus);
        this.revoking = new RevokeRoute(revocations, revocable, metrics);
    }

    /** From now on other keys and namespaces hold; safe on any thread. */
    public void use(List<String> apiKeys, Namespaces namespaces) {
        keys.use(apiKeys);
        publishing.use(namespaces);
        history.use(namespaces);
    }

    /**
     * Adds the routes {@code /api/*}, {@code /health/*} and {@code /metrics}.
     *
     * @param access who may read the metrics on this listener
     */
    public void mount(Router router, MetricsAccess access) {
        probes.mount(router, access);
        mount(router, "publish", publishing::publish);
        mount(router, "broadcast", publishing::broadcast);
        mount(router, "history", history::history);
        mount(router, "history_remove", history::remove);
        mount(router, "info", info::info);
        mount(router, "revoke", revoking::revoke);
        router.route("/api/*").handler(context -> {
            if (admitted(context.request())) {
                Answer.error(context.request(), 404, ApiError.of(ErrorCode.METHOD_NOT_FOUND));
            }
        });
    }

    /** One method of the API; answers the request, now or later, unless the body is not what it reads. */
    private interface Method {
        void call(HttpServerRequest request, byte[] body) throws MalformedBodyException;
    }

    private void mount(Router router, String name, Method method) {
        router.route("/api/" + name).handler(context -> {
            HttpServerRequest request = context.request();
            if (admitted(request)) {
                RequestBody.read(request, body -> call(method, context, body));
            }
        });
    }

    /** Decides before the body is read; answers when it refuses. */
    private boolean admitted(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            Answer.empty(request, 405);
            return false;
        }
        if (!keys.accept(request)) {
            Answer.empty(request, 401);
            return false;
        }
        return true;
    }

    /** Runs outside the router, so that it has to hand over what the router would have caught. */
    private static void call(Method method, RoutingContext context, byte[] body) {
        try {
            method.call(context.request(), body);
        } catch (MalformedBodyException e) {
            Answer.text(context.request(), 400, "text/plain; charset=utf-8", "Bad Request");
        } catch (RuntimeException e) {
            context.fail(e);
        }
    }
}
