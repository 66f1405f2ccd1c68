package dev.millipede.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Takes whole frames of a server out of a stream of bytes. Confined to one event loop. */
final class FrameParser {
    static final int TEXT = 1;
    static final int CLOSE = 8;
    static final int PING = 9;

    private static final int SHORT_LENGTH = 126;
    private static final int LONG_LENGTH = 127;

    private Buffer rest = Buffer.buffer();
    private int at;

    /** A whole frame. */
    record Frame(int opcode, Buffer payload) {
        String text() {
            return payload.toString(UTF_8);
        }

        /** The code of a close frame, 1005 when it has none. */
        int code() {
            return payload.length() < 2 ? 1005 : payload.getUnsignedShort(0);
        }

        /** The reason of a close frame. */
        String reason() {
            return payload.length() < 2 ? "" : payload.getString(2, payload.length());
        }
    }

    /** Adds what has been read. */
    void add(Buffer bytes) {
        if (at == rest.length()) {
            rest = bytes;
        } else {
            rest = rest.getBuffer(at, rest.length()).appendBuffer(bytes);
        }
        at = 0;
    }

    /** The HTTP head at the beginning, null when it is not whole yet. */
    @Nullable
    String takeHead() {
        String text = rest.getString(at, rest.length(), "ISO-8859-1");
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return null;
        }
        at += end + 4;
        return text.substring(0, end);
    }

    /**
     * The next frame, null when it is not whole yet.
     *
     * @throws IllegalStateException when it is fragmented, masked or has reserved bits
     */
    @Nullable
    Frame take() {
        int available = rest.length() - at;
        if (available < 2) {
            return null;
        }
        int first = rest.getUnsignedByte(at);
        int length = rest.getUnsignedByte(at + 1);
        if ((first & 0xF0) != 0x80 || length > LONG_LENGTH) {
            throw new IllegalStateException("not a whole, unmasked frame: " + first + ' ' + length);
        }
        int header = length == SHORT_LENGTH ? 4 : length == LONG_LENGTH ? 10 : 2;
        if (available < header) {
            return null;
        }
        if (length == SHORT_LENGTH) {
            length = rest.getUnsignedShort(at + 2);
        } else if (length == LONG_LENGTH) {
            length = Math.toIntExact(rest.getLong(at + 2));
        }
        if (available < header + length) {
            return null;
        }
        Buffer payload = rest.slice(at + header, at + header + length);
        at += header + length;
        return new Frame(first & 0x0F, payload);
    }
}
