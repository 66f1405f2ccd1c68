package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.channel.Payload;
import dev.millipede.fuzz.Held;
import io.vertx.core.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Payloads that are JSON already, and messages of strangers that become JSON. */
class JsonPayloadFuzzTest {
    @FuzzTest
    void everyTextBecomesOneLineOfJson(byte[] bytes) {
        Held.within(64L * bytes.length + 65_536, () -> judge(bytes));
    }

    private static void judge(byte[] bytes) {
        Payload json = JsonPayload.parse(bytes, 0, bytes.length);
        Payload plain = PlainMessage.ofText(bytes);
        String text = text(bytes);
        Held.that((plain == null) == (text == null), "what is text becomes a payload, nothing else does");
        if (plain == null || text == null) {
            Held.that(json == null, "JSON that is not UTF-8");
            return;
        }
        isOneValue(plain.bytes());
        if (json != null) {
            Held.that(Arrays.equals(json.bytes(), plain.bytes()), "JSON taken for text");
        } else {
            Held.that(text.equals(Json.decodeValue(plain.toString())), "another text");
        }
    }

    /** A line that is exactly one value, as it stands. */
    static void isOneValue(byte[] line) {
        for (byte each : line) {
            Held.that(each != '\n' && each != '\r', "a line break in a payload");
        }
        Payload again = JsonPayload.parse(line, 0, line.length);
        Held.that(Arrays.equals(Objects.requireNonNull(again, "no JSON").bytes(), line), "not one value as it stands");
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
