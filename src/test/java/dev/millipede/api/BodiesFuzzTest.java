package dev.millipede.api;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Publication;
import dev.millipede.fuzz.Held;
import dev.millipede.protocol.json.JsonPayload;
import dev.millipede.protocol.json.JsonProtocol;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** A backend's calls: fields within their bounds, or {@link MalformedBodyException}; what is published can be told to all. */
class BodiesFuzzTest {
    private static final Channel CHANNEL = Objects.requireNonNull(Channel.of("room:1", Namespaces.DEFAULTS));
    private static final JsonProtocol PROTOCOL = new JsonProtocol();

    @FuzzTest
    void aBodyIsFieldsWithinTheirBoundsOrMalformed(byte[] body) {
        // Jackson copies the names it knows, up to 6,000, when a body has one more.
        Held.within(96L * body.length + (2 << 20), () -> {
            publish(body);
            history(body);
        });
    }

    private static void publish(byte[] body) {
        PublishFields fields;
        try {
            fields = PublishFields.read(body);
        } catch (MalformedBodyException e) {
            return;
        }
        Held.that(fields.channels().size() <= PublishFields.MAX_CHANNELS + 1, "too many channels kept");
        Held.that(fields.tags().size() <= PublishFields.MAX_TAGS, "too many tags kept");
        if (fields.refusal() != null) {
            return;
        }
        byte[] data = fields.data().bytes();
        Held.that(Arrays.equals(parsed(data), data), "data that is not one value as it stands");
        PublishOptions options = fields.options();
        Held.that(options.version() >= 0 && options.version() <= PublishFields.MAX_VERSION, "a version out of range");
        Held.that(options.versionEpoch().length() <= PublishFields.MAX_KEY, "a version epoch too long");
        tellable(fields);
    }

    /** Everybody gets the tags that the backend has sent. */
    private static void tellable(PublishFields fields) {
        byte[] push = PROTOCOL.encode(new Publication(CHANNEL, fields.data(), null, null, fields.tags()));
        parsed(push);
        if (!fields.tags().isEmpty()) {
            JsonObject pub = new JsonObject(new String(push, StandardCharsets.UTF_8))
                    .getJsonObject("push")
                    .getJsonObject("pub");
            Map<String, Object> told = pub.getJsonObject("tags").getMap();
            Held.that(told.equals(fields.tags()), () -> "other tags: " + told);
        }
    }

    private static byte[] parsed(byte[] json) {
        return Objects.requireNonNull(JsonPayload.parse(json, 0, json.length), "not JSON")
                .bytes();
    }

    private static void history(byte[] body) {
        try {
            HistoryFields fields = HistoryFields.read(body);
            HistoryQuery query = fields.query();
            Held.that(query.limit() >= 0 && query.limit() <= HistoryFields.MAX_LIMIT, "a limit out of range");
            Held.that(query.since() == null || query.since().offset() >= 0, "a negative offset");
        } catch (MalformedBodyException e) {
            // What is answered 400.
        }
    }
}
