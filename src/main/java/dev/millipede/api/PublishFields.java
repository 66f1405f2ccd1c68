package dev.millipede.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.channel.Payload;
import dev.millipede.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What publish and broadcast read of a body. Of a field given twice the last value counts; unknown fields change nothing
 * here; a promise that this node cannot keep yet is refused, not ignored.
 */
final class PublishFields {
    /** The most channels a broadcast may name. */
    static final int MAX_CHANNELS = 1000;

    /** The longest idempotency key and version epoch, in characters. */
    static final int MAX_KEY = 255;

    /** The most tags. */
    static final int MAX_TAGS = 64;

    /** The longest key of a tag, in characters: 65,535 bytes, the most that a backplane takes, always suffice for it. */
    static final int MAX_TAG_KEY = 0xFFFF / 3;

    /** The highest version: up to here a backplane may count in floating point. */
    static final long MAX_VERSION = (1L << 53) - 1;

    private static final Set<String> NOT_YET = Set.of("b64data", "delta");

    private static final Payload NONE = Payload.ofValidated(new byte[0]);

    private final byte[] body;
    private String channel = "";
    private List<String> channels = List.of();
    private Payload data = NONE;
    private Map<String, String> tags = Map.of();
    private String idempotencyKey = "";
    private boolean skipHistory;
    private long version;
    private String versionEpoch = "";
    private @Nullable String notYet;
    private @Nullable String bad;

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

    /** In the order sent. */
    Map<String, String> tags() {
        return tags;
    }

    PublishOptions options() {
        return new PublishOptions(idempotencyKey.isEmpty() ? null : idempotencyKey, skipHistory, version, versionEpoch);
    }

    /** Why the call cannot be carried out whatever the channel; null when it can. */
    @Nullable
    ApiError refusal() {
        if (notYet != null) {
            return ApiError.of(ErrorCode.NOT_AVAILABLE, notYet);
        }
        if (bad != null) {
            return ApiError.of(ErrorCode.BAD_REQUEST, bad);
        }
        return data.length() == 0 ? ApiError.of(ErrorCode.BAD_REQUEST, "data is missing") : null;
    }

    private void field(String name, JsonParser value) throws IOException, MalformedBodyException {
        switch (name) {
            case "channel" -> channel = JsonBody.text(value);
            case "channels" -> channels = texts(value);
            case "data" -> data = JsonBody.raw(body, value);
            case "tags" -> tags = tags(value);
            case "idempotency_key" -> idempotencyKey = key(name, value);
            case "skip_history" -> skipHistory = JsonBody.bool(value);
            case "version" -> version = version(value);
            case "version_epoch" -> versionEpoch = key(name, value);
            default -> {
                if (NOT_YET.contains(name) && !JsonBody.isNothing(value)) {
                    notYet = name;
                }
            }
        }
    }

    private String key(String name, JsonParser value) throws IOException, MalformedBodyException {
        String key = JsonBody.text(value);
        if (key.length() > MAX_KEY) {
            bad = name + " is longer than " + MAX_KEY + " characters";
        }
        return key;
    }

    private long version(JsonParser value) throws IOException, MalformedBodyException {
        long number = JsonBody.number(value);
        if (number < 0 || number > MAX_VERSION) {
            bad = "version is not between 0 and " + MAX_VERSION;
        }
        return number;
    }

    private Map<String, String> tags(JsonParser object) throws IOException, MalformedBodyException {
        if (object.hasToken(JsonToken.VALUE_NULL)) {
            return Map.of();
        }
        if (!object.isExpectedStartObjectToken()) {
            throw new MalformedBodyException("not an object");
        }
        Map<String, String> read = new LinkedHashMap<>();
        for (String name = object.nextFieldName(); name != null; name = object.nextFieldName()) {
            object.nextToken();
            if (name.length() > MAX_TAG_KEY) {
                bad = "a key in tags is longer than " + MAX_TAG_KEY + " characters";
                object.skipChildren();
            } else if (read.size() < MAX_TAGS) {
                read.put(JsonBody.requireText(name), JsonBody.text(object));
            } else {
                bad = "more than " + MAX_TAGS + " tags";
                object.skipChildren();
            }
        }
        return read;
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
