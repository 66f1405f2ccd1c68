package dev.millipede.protocol.json;

import com.fasterxml.jackson.core.JsonParser;
import dev.millipede.channel.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes payloads of JSON text. Stateless and safe on any thread. */
public final class JsonPayload {
    private JsonPayload() {}

    /**
     * The payload in a range of bytes: exactly one JSON value (RFC 8259) in strict UTF-8, nested at most 512 deep.
     * Whitespace around it is left out, raw line breaks between its tokens become spaces, all other bytes are kept.
     *
     * @param bytes untrusted; copied
     * @return null when the range is anything else
     */
    public static @Nullable Payload parse(byte[] bytes, int offset, int length) {
        if (!isUtf8(bytes, offset, length)) {
            return null;
        }
        try (JsonParser parser = Json.parser(bytes, offset, offset + length)) {
            if (parser.nextToken() == null) {
                return null;
            }
            Payload payload = value(parser, bytes, offset);
            return parser.nextToken() == null ? payload : null;
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * The value whose first token the parser stands on, which it leaves standing on its last.
     *
     * @param base where the parser's range begins in {@code bytes}
     */
    static Payload value(JsonParser parser, byte[] bytes, int base) throws IOException {
        int from = base + (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int to = base + (int) parser.currentLocation().getByteOffset();
        byte[] value = Arrays.copyOfRange(bytes, from, to);
        for (int i = 0; i < value.length; i++) {
            if (value[i] == '\n' || value[i] == '\r') {
                value[i] = ' ';
            }
        }
        return Payload.ofValidated(value);
    }

    /** Whether the range is strict UTF-8. */
    static boolean isUtf8(byte[] bytes, int offset, int length) {
        int i = offset;
        int end = offset + length;
        while (i < end && bytes[i] >= 0) {
            i++;
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes, i, end - i);
        if (!rest.hasRemaining()) {
            return true;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(1024);
        CoderResult result = decoder.decode(rest, chars, true);
        while (result.isOverflow()) {
            result = decoder.decode(rest, chars.clear(), true);
        }
        return result.isUnderflow();
    }
}
