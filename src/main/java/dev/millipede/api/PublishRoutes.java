package dev.millipede.api;

import dev.millipede.backplane.Broker;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The methods {@code publish} and {@code broadcast}. Backends may publish to every channel whose name is well formed and
 * whose namespace is configured. Safe on any thread.
 */
final class PublishRoutes {
    /** Longer than a backplane takes that is well; a caller is not kept waiting for one that is not. */
    private static final int DEADLINE_SECONDS = 3;

    private final Namespaces namespaces;
    private final Broker broker;
    private final Metrics metrics;

    PublishRoutes(Namespaces namespaces, Broker broker, Metrics metrics) {
        this.namespaces = namespaces;
        this.broker = broker;
        this.metrics = metrics;
    }

    void publish(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        PublishFields fields = PublishFields.read(body);
        ApiError refusal = fields.refusal();
        if (refusal != null) {
            Answer.error(request, refusal);
            return;
        }
        publish(fields.channel(), fields.data())
                .onSuccess(error -> error.ifPresentOrElse(
                        each -> Answer.error(request, each), () -> Answer.result(request, new JsonObject())));
    }

    /** Not atomic: each channel has an answer of its own, in the order of the request. */
    void broadcast(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        PublishFields fields = PublishFields.read(body);
        ApiError refusal = refusalOfBroadcast(fields);
        if (refusal != null) {
            Answer.error(request, refusal);
            return;
        }
        List<Future<Optional<ApiError>>> outcomes =
                new ArrayList<>(fields.channels().size());
        for (String channel : fields.channels()) {
            outcomes.add(publish(channel, fields.data()));
        }
        Future.all(outcomes).onSuccess(all -> {
            JsonArray responses = new JsonArray();
            all.<Optional<ApiError>>list().forEach(error -> responses.add(response(error)));
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

    private static JsonObject response(Optional<ApiError> error) {
        return error.map(each -> new JsonObject().put("error", each.json()))
                .orElseGet(() -> new JsonObject().put("result", new JsonObject()));
    }

    /** Never fails; holds why it was not published. */
    private Future<Optional<ApiError>> publish(String name, Payload data) {
        if (!Channel.isValid(name)) {
            return refused(ErrorCode.BAD_REQUEST);
        }
        Channel channel = Channel.of(name, namespaces);
        if (channel == null) {
            return refused(ErrorCode.UNKNOWN_CHANNEL);
        }
        return broker.publish(new Publication(channel, data, null))
                .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .map(done -> {
                    metrics.publicationIn(channel.namespace().name(), Source.API);
                    return Optional.<ApiError>empty();
                })
                .otherwise(failure -> Optional.of(ApiError.of(ErrorCode.INTERNAL)));
    }

    private static Future<Optional<ApiError>> refused(ErrorCode code) {
        return Future.succeededFuture(Optional.of(ApiError.of(code)));
    }
}
