package dev.millipede.channel;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message in a channel.
 *
 * @param info who published it; null when a backend did
 * @param position where it stands in the channel's stream; null when the channel keeps none
 * @param tags what the publisher said about it, in the publisher's order; mostly empty
 */
public record Publication(
        Channel channel,
        Payload data,
        @Nullable ClientInfo info,
        @Nullable Position position,
        Map<String, String> tags) {
    public Publication {
        tags = tags.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** One without position and tags. */
    public Publication(Channel channel, Payload data, @Nullable ClientInfo info) {
        this(channel, data, info, null, Map.of());
    }
}
