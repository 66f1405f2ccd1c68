package dev.millipede.auth;

import dev.millipede.channel.Payload;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One payload for equal contents, so that a million connections of one role share theirs: the {@link #SIZE} that were
 * asked for last are remembered. Confined to one thread.
 */
final class SharedPayloads {
    static final int SIZE = 1024;

    private final Map<ByteBuffer, Payload> byContent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Payload> eldest) {
            return size() > SIZE;
        }
    };

    /** The payload of this content, which the caller has validated and will not change. */
    Payload of(byte[] content) {
        return byContent.computeIfAbsent(ByteBuffer.wrap(content), buffer -> Payload.ofValidated(content));
    }
}
