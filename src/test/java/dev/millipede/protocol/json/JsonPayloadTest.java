package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Payload;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPayloadTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "0",
                "-0.0e-0",
                "1e400",
                "true",
                "null",
                "\"\"",
                "\"\\u0000\\ud800\"",
                "{\"a\":[1,{\"a\":2}],\"a\": \"é漢😀\"}",
            })
    void oneValueIsKeptByteByByte(String json) {
        assertThat(parse(json.getBytes(UTF_8))).hasToString(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{}{}",
                "1 2",
                "1,",
                "nul",
                "nulls",
                "'a'",
                "\"a",
                "[1,]",
                "{\"a\"}",
                "{a:1}",
                "01",
                "1.",
                ".5",
                "+1",
                "1e",
                "NaN",
                "Infinity",
                "\"\\x\"",
                "\"\n\"",
                "\"\u0000\"",
                "// c\n1",
                "[1]//",
                "\uFEFF1",
            })
    void anythingElseIsNull(String text) {
        assertThat(parse(text.getBytes(UTF_8))).isNull();
    }

    @Test
    void lineBreaksBetweenTokensBecomeSpacesAndOuterWhitespaceGoes() {
        byte[] bytes = "\n\t{\r\n  \"a\\n\" :\n1\n}\r\n".getBytes(UTF_8);

        assertThat(parse(bytes)).hasToString("{    \"a\\n\" : 1 }");
        assertThat(bytes).isEqualTo("\n\t{\r\n  \"a\\n\" :\n1\n}\r\n".getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "a continuation alone, \u0080",
        "an overlong slash, \u00C0\u00AF",
        "an overlong NUL, \u00E0\u0080\u0080",
        "a surrogate, \u00ED\u00A0\u0080",
        "above U+10FFFF, \u00F4\u0090\u0080\u0080",
        "cut short, \u00E6\u00BC",
        "never in UTF-8, \u00FF",
    })
    void badUtf8IsNull(String kind, String bytes) {
        assertThat(parse(("\"" + bytes + "\"").getBytes(ISO_8859_1))).as(kind).isNull();
        assertThat(parse(("\"" + "é".repeat(3000) + bytes + "\"").getBytes(ISO_8859_1)))
                .as(kind)
                .isNull();
    }

    @Test
    void longTextInUtf8IsTaken() {
        String json = "\"" + "aé漢😀".repeat(3000) + "\"";

        assertThat(parse(json.getBytes(UTF_8))).hasToString(json);
    }

    @Test
    void onlyTheRangeIsRead() {
        assertThat(JsonPayload.parse("xx[1]xx".getBytes(UTF_8), 2, 3)).hasToString("[1]");
        assertThat(JsonPayload.parse("12345".getBytes(UTF_8), 1, 3)).hasToString("234");
        assertThat(JsonPayload.parse("12345".getBytes(UTF_8), 5, 0)).isNull();
    }

    @Test
    void nestingIsBounded() {
        assertThat(parse(nested(Json.MAX_DEPTH))).isNotNull();
        assertThat(parse(nested(Json.MAX_DEPTH + 1))).isNull();
        assertThat(parse(nested(1_000_000))).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytesNeverThrowAndWhatIsTakenIsTakenAgain(long seed) {
        Random random = new Random(seed);
        String syntax = "{}[]\"\",:\\ \n\ru01239e+-.";
        int taken = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(i % 2 == 0 ? 4 : 40)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) (i % 3 == 0 ? random.nextInt(256) : syntax.charAt(random.nextInt(syntax.length())));
            }
            Payload payload = parse(bytes);
            if (payload != null) {
                taken++;
                assertThat(parse(payload.bytes())).hasToString(payload.toString());
            }
        }
        assertThat(taken).isPositive();
    }

    private static byte[] nested(int depth) {
        return ("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8);
    }

    private static @Nullable Payload parse(byte[] bytes) {
        return JsonPayload.parse(bytes, 0, bytes.length);
    }
}
