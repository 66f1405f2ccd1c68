package dev.millipede.api;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.metrics.Metrics;
import dev.millipede.metrics.Source;
import dev.millipede.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The methods {@code publish} and {@code broadcast}. Backends may publish to every channel whose name is well formed and
 * whose namespace is configured. Safe on any thread.
 */
final class PublishRoutes {
    /** Longer than a backplane takes that is well; a caller is not kept waiting for one that is not. */
    private static final int DEADLINE_SECONDS = 3;

    private volatile Namespaces namespaces;
    private final Broker broker;
    private final Metrics metrics;

    PublishRoutes(Namespaces namespaces, Broker broker, Metrics metrics) {
        this.namespaces = namespaces;
        this.broker = broker;
        this.metrics = metrics;
    }

    void use(Namespaces next) {
        namespaces = next;
    }

    void publish(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        PublishFields fields = PublishFields.read(body);
        ApiError refusal = fields.refusal();
        if (refusal != null) {
            Answer.error(request, refusal);
            return;
        }
        publish(fields.channel(), fields).onSuccess(outcome -> {
            if (outcome.error() == null) {
                Answer.result(request, outcome.result());
            } else {
                Answer.error(request, outcome.error());
            }
        });
    }

    /** Not atomic: each channel has an answer of its own, in the order of the request. */
    void broadcast(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        PublishFields fields = PublishFields.read(body);
        ApiError refusal = refusalOfBroadcast(fields);
        if (refusal != null) {
            Answer.error(request, refusal);
            return;
        }
        List<Future<Outcome>> outcomes = new ArrayList<>(fields.channels().size());
        for (String channel : fields.channels()) {
            outcomes.add(publish(channel, fields));
        }
        Future.all(outcomes).onSuccess(all -> {
            JsonArray responses = new JsonArray();
            all.<Outcome>list().forEach(outcome -> responses.add(outcome.response()));
            Answer.result(request, new JsonObject().put("responses", responses));
        });
    }

    private static @Nullable ApiError refusalOfBroadcast(PublishFields fields) {
        int channels = fields.channels().size();
        if (channels == 0) {
            return ApiError.of(ErrorCode.BAD_REQUEST, "channels is missing");
        }
        if (channels > PublishFields.MAX_CHANNELS) {
            return ApiError.of(ErrorCode.BAD_REQUEST, "more than " + PublishFields.MAX_CHANNELS + " channels");
        }
        return fields.refusal();
    }

    /** What one channel's publisher is told: an error, or, where the channel keeps history, the position. */
    private record Outcome(
            @Nullable ApiError error, @Nullable Position position) {
        static Outcome of(ErrorCode code) {
            return new Outcome(ApiError.of(code), null);
        }

        JsonObject result() {
            JsonObject result = new JsonObject();
            return position == null
                    ? result
                    : result.put("offset", position.offset()).put("epoch", position.epoch());
        }

        JsonObject response() {
            return error == null
                    ? new JsonObject().put("result", result())
                    : new JsonObject().put("error", error.json());
        }
    }

    /** Never fails. */
    private Future<Outcome> publish(String name, PublishFields fields) {
        if (!Channel.isValid(name)) {
            return Future.succeededFuture(Outcome.of(ErrorCode.BAD_REQUEST));
        }
        Channel channel = Channel.of(name, namespaces);
        if (channel == null) {
            return Future.succeededFuture(Outcome.of(ErrorCode.UNKNOWN_CHANNEL));
        }
        PublishOptions options = fields.options();
        boolean stored = channel.namespace().history().isKept() && !options.skipHistory();
        if (options.version() > 0 && !stored) {
            ApiError error = ApiError.of(ErrorCode.NOT_AVAILABLE, "version needs history");
            return Future.succeededFuture(new Outcome(error, null));
        }
        return broker.publish(new Publication(channel, fields.data(), null, null, fields.tags()), options)
                .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .map(done -> {
                    if (!done.suppressed()) {
                        metrics.publicationIn(channel.namespace().name(), Source.API);
                    }
                    return new Outcome(null, done.position());
                })
                .otherwise(failure -> Outcome.of(ErrorCode.INTERNAL));
    }
}
