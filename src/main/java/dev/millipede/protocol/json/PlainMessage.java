package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/** Makes payloads of messages that no node wrote, such as those of {@code redis-cli PUBLISH}. Safe on any thread. */
public final class PlainMessage {
    private PlainMessage() {}

    /**
     * The payload of a message: one that {@link JsonPayload#parse} takes is taken as JSON, so that {@code 42} stays a
     * number; any other text, also none at all, becomes one JSON string.
     *
     * @param bytes untrusted; copied
     * @return null when they are not UTF-8
     */
    public static @Nullable Payload ofText(byte[] bytes) {
        Payload json = JsonPayload.parse(bytes, 0, bytes.length);
        if (json != null) {
            return json;
        }
        return JsonPayload.isUtf8(bytes, 0, bytes.length) ? quoted(new String(bytes, UTF_8)) : null;
    }

    private static Payload quoted(String text) {
        JsonWriter writer = new JsonWriter();
        writer.string(text);
        writer.allocate();
        writer.string(text);
        return Payload.ofValidated(writer.finish());
    }
}
