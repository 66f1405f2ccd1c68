package dev.millipede.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millipede.channel.Payload;
import dev.millipede.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What publish and broadcast read of a body. Of a field given twice the last value counts; unknown fields and {@code
 * skip_history} change nothing here; a promise that this node cannot keep yet is refused, not ignored.
 */
final class PublishFields {
    /** The most channels a broadcast may name. */
    static final int MAX_CHANNELS = 1000;

    private static final Set<String> NOT_YET =
            Set.of("idempotency_key", "version", "version_epoch", "b64data", "tags", "delta");

    private static final Payload NONE = Payload.ofValidated(new byte[0]);

    private final byte[] body;
    private String channel = "";
    private List<String> channels = List.of();
    private Payload data = NONE;
    private @Nullable String notYet;

    private PublishFields(byte[] body) {
        this.body = body;
    }

    static PublishFields read(byte[] body) throws MalformedBodyException {
        PublishFields fields = new PublishFields(body);
        JsonBody.read(body, fields::field);
        return fields;
    }

    /** As sent, "" when missing. */
    String channel() {
        return channel;
    }

    /** As sent, at most one more than {@link #MAX_CHANNELS}. */
    List<String> channels() {
        return channels;
    }

    /** Empty when missing; the JSON value null is data. */
    Payload data() {
        return data;
    }

    /** Why the call cannot be carried out whatever the channel; null when it can. */
    @Nullable
    ApiError refusal() {
        if (notYet != null) {
            return ApiError.of(ErrorCode.NOT_AVAILABLE, notYet);
        }
        return data.length() == 0 ? ApiError.of(ErrorCode.BAD_REQUEST, "data is missing") : null;
    }

    private void field(String name, JsonParser value) throws IOException, MalformedBodyException {
        switch (name) {
            case "channel" -> channel = JsonBody.text(value);
            case "channels" -> channels = texts(value);
            case "data" -> data = JsonBody.raw(body, value);
            default -> {
                if (NOT_YET.contains(name) && !JsonBody.isNothing(value)) {
                    notYet = name;
                }
            }
        }
    }

    private static List<String> texts(JsonParser array) throws IOException, MalformedBodyException {
        if (array.hasToken(JsonToken.VALUE_NULL)) {
            return List.of();
        }
        if (!array.isExpectedStartArrayToken()) {
            throw new MalformedBodyException("not an array");
        }
        List<String> texts = new ArrayList<>();
        while (array.nextToken() != JsonToken.END_ARRAY) {
            String text = JsonBody.text(array);
            if (texts.size() <= MAX_CHANNELS) {
                texts.add(text);
            }
        }
        return texts;
    }
}
