package dev.millipede.api;

import dev.millipede.backplane.Broker;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import dev.millipede.protocol.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The methods {@code history} and {@code history_remove}. Safe on any thread. */
final class HistoryRoutes {
    private static final int DEADLINE_SECONDS = 3;

    private volatile Namespaces namespaces;
    private final Broker broker;

    HistoryRoutes(Namespaces namespaces, Broker broker) {
        this.namespaces = namespaces;
        this.broker = broker;
    }

    void use(Namespaces next) {
        namespaces = next;
    }

    void history(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        HistoryFields fields = HistoryFields.read(body);
        Channel channel = channel(request, fields.channel());
        if (channel == null) {
            return;
        }
        Since since = fields.since();
        broker.history(channel, fields.query())
                .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .onSuccess(page -> {
                    if (since != null && !since.isOf(page.top().epoch())) {
                        Answer.error(request, ApiError.of(ErrorCode.UNRECOVERABLE_POSITION));
                    } else {
                        Answer.text(request, 200, "application/json", json(page));
                    }
                })
                .onFailure(failure -> Answer.error(request, ApiError.of(ErrorCode.INTERNAL)));
    }

    void remove(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        Channel channel = channel(request, HistoryFields.read(body).channel());
        if (channel != null) {
            broker.removeHistory(channel)
                    .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .onSuccess(done -> Answer.result(request, new JsonObject()))
                    .onFailure(failure -> Answer.error(request, ApiError.of(ErrorCode.INTERNAL)));
        }
    }

    /** A channel that keeps history; null when the request has been answered with an error instead. */
    private @Nullable Channel channel(HttpServerRequest request, String name) {
        if (!Channel.isValid(name)) {
            Answer.error(request, ApiError.of(ErrorCode.BAD_REQUEST));
            return null;
        }
        Channel channel = Channel.of(name, namespaces);
        if (channel == null || !channel.namespace().history().isKept()) {
            Answer.error(request, ApiError.of(channel == null ? ErrorCode.UNKNOWN_CHANNEL : ErrorCode.NOT_AVAILABLE));
            return null;
        }
        return channel;
    }

    /** Payloads go in as they are, never parsed. */
    private static Buffer json(HistoryPage page) {
        Buffer json = Buffer.buffer("{\"result\":{\"publications\":[");
        boolean first = true;
        for (Publication each : page.publications()) {
            if (!first) {
                json.appendString(",");
            }
            first = false;
            append(json, each);
        }
        JsonObject top = new JsonObject()
                .put("epoch", page.top().epoch())
                .put("offset", page.top().offset());
        return json.appendString("],").appendString(members(top)).appendString("}}");
    }

    private static void append(Buffer json, Publication publication) {
        json.appendString("{\"data\":").appendBytes(publication.data().bytes());
        if (publication.info() != null) {
            JsonObject info = new JsonObject()
                    .put("user", publication.info().user())
                    .put("client", publication.info().client());
            json.appendString(",\"info\":{").appendString(members(info));
            if (publication.info().connInfo() != null) {
                json.appendString(",\"conn_info\":")
                        .appendBytes(publication.info().connInfo().bytes());
            }
            if (publication.info().chanInfo() != null) {
                json.appendString(",\"chan_info\":")
                        .appendBytes(publication.info().chanInfo().bytes());
            }
            json.appendString("}");
        }
        if (publication.position() != null) {
            json.appendString(",\"offset\":")
                    .appendString(Long.toString(publication.position().offset()));
        }
        if (!publication.tags().isEmpty()) {
            JsonObject tags = new JsonObject();
            publication.tags().forEach(tags::put);
            json.appendString(",\"tags\":").appendString(tags.encode());
        }
        json.appendString("}");
    }

    /** An object's members without its braces. */
    private static String members(JsonObject object) {
        String text = object.encode();
        return text.substring(1, text.length() - 1);
    }
}
