package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Payload;
import io.vertx.core.json.Json;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainMessageTest {
    @Test
    void jsonIsTakenAsItIs() {
        assertThat(of("42")).hasToString("42");
        assertThat(of("\"hi\"")).hasToString("\"hi\"");
        assertThat(of("{\"a\": 12345678901234567890.000}")).hasToString("{\"a\": 12345678901234567890.000}");
        assertThat(of("null")).hasToString("null");
    }

    @Test
    void whitespaceAroundJsonGoesAndLineBreaksInsideItBecomeSpaces() {
        assertThat(of("{\"a\":1}\n")).hasToString("{\"a\":1}");
        assertThat(of("\r\n [1,\n2]")).hasToString("[1, 2]");
    }

    @Test
    void otherTextBecomesOneJsonString() {
        assertThat(of("hi")).hasToString("\"hi\"");
        assertThat(of("{a:1}")).hasToString("\"{a:1}\"");
        assertThat(of("1 2")).hasToString("\"1 2\"");
        assertThat(of("{\"a\":1}\\n")).hasToString("\"{\\\"a\\\":1}\\\\n\"");
        assertThat(of("[".repeat(600) + "]".repeat(600))).hasToString('"' + "[".repeat(600) + "]".repeat(600) + '"');
    }

    @Test
    void anEmptyMessageIsTheEmptyString() {
        assertThat(of("")).hasToString("\"\"");
        assertThat(of(" ")).hasToString("\" \"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"",
                "\\",
                "a\"\\b",
                "\0\u0001\b\t\n\u000B\f\r\u001F\u007F",
                "line\nline",
                "a\u2028b\u2029c",
                "é漢😀",
                "\uFEFF1"
            })
    void aStringReadsBackAsTheTextItWasAndHasNoLineBreak(String text) {
        assertThat(Json.decodeValue(String.valueOf(of(text)))).isEqualTo(text);
        assertThat(String.valueOf(of(text))).doesNotContain("\n", "\r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00FF", "\u00FF\u0001", "abc\u00E9", "\u00ED\u00A0\u0080", "\"\u00C0\u00AF\"", "\u0080"})
    void whatIsNotUtf8IsNull(String bytes) {
        assertThat(PlainMessage.ofText(bytes.getBytes(ISO_8859_1))).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverBecomesAPayloadIsOneJsonValueOnOneLine(long seed) {
        Random random = new Random(seed);
        String syntax = "{}[]\"\",:\\ \n\r\tu01239e+-.é";
        int strings = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(20)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) (i % 3 == 0 ? random.nextInt(256) : syntax.charAt(random.nextInt(syntax.length())));
            }
            Payload payload = PlainMessage.ofText(bytes);
            if (payload != null) {
                assertThat(JsonPayload.parse(payload.bytes(), 0, payload.length()))
                        .as("seed %d, message %d", seed, i)
                        .hasToString(payload.toString());
                strings += payload.bytes()[0] == '"' ? 1 : 0;
            }
        }
        assertThat(strings).isPositive();
    }

    private static @Nullable Payload of(String text) {
        return PlainMessage.ofText(text.getBytes(UTF_8));
    }
}
