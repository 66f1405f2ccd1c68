package dev.millipede.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.millipede.channel.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A body that is one JSON object in strict UTF-8, read field by field so that raw values can be cut out of it. */
final class JsonBody {
    private static final int MAX_DEPTH = 512;

    /** Digits, or a sign and digits, of which every number is a long. */
    private static final int LONG_DIGITS = 18;

    /** Lengths are unbounded here because {@link RequestBody} bounds the whole. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Takes the fields one by one. */
    interface Fields {
        /** The parser stands on the value's first token; it must be left on the first or the last one. */
        void field(String name, JsonParser value) throws IOException, MalformedBodyException;
    }

    private JsonBody() {}

    /** Reads the whole body, nested at most 512 deep; fields come in the order sent, also those that come twice. */
    static void read(byte[] body, Fields fields) throws MalformedBodyException {
        requireUtf8(body);
        try (JsonParser parser = FACTORY.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedBodyException("not an object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                fields.field(name, parser);
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new MalformedBodyException("more than an object");
            }
        } catch (IOException e) {
            throw new MalformedBodyException("not JSON");
        }
    }

    /** The bytes of the value as sent, but for line breaks between its tokens, which become spaces. */
    static Payload raw(byte[] body, JsonParser value) throws IOException {
        int from = (int) value.currentTokenLocation().getByteOffset();
        value.skipChildren();
        value.finishToken();
        byte[] bytes =
                Arrays.copyOfRange(body, from, (int) value.currentLocation().getByteOffset());
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                bytes[i] = ' ';
            }
        }
        return Payload.ofValidated(bytes);
    }

    /** The text of a string; "" for null. */
    static String text(JsonParser value) throws IOException, MalformedBodyException {
        if (value.hasToken(JsonToken.VALUE_NULL)) {
            return "";
        }
        if (!value.hasToken(JsonToken.VALUE_STRING)) {
            throw new MalformedBodyException("not a string");
        }
        return requireText(value.getText());
    }

    /** Escapes can spell halves of surrogate pairs: two strings that differ in such only would be the same in UTF-8. */
    static String requireText(String string) throws MalformedBodyException {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(string)) {
            throw new MalformedBodyException("not text");
        }
        return string;
    }

    /** The value of a boolean; false for null. */
    static boolean bool(JsonParser value) throws MalformedBodyException {
        if (value.hasToken(JsonToken.VALUE_TRUE)) {
            return true;
        }
        if (value.hasToken(JsonToken.VALUE_FALSE) || value.hasToken(JsonToken.VALUE_NULL)) {
            return false;
        }
        throw new MalformedBodyException("not a boolean");
    }

    /** A whole number, the nearest there is where it is beyond a long; 0 for null. */
    static long number(JsonParser value) throws IOException, MalformedBodyException {
        if (value.hasToken(JsonToken.VALUE_NULL)) {
            return 0;
        }
        if (!value.hasToken(JsonToken.VALUE_NUMBER_INT)) {
            throw new MalformedBodyException("not a whole number");
        }
        boolean negative = value.getText().startsWith("-");
        if (value.getTextLength() > LONG_DIGITS) {
            return negative ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return value.getLongValue();
    }

    /** Whether the value is what a field that is left out stands for: null, false, 0, "", an empty array or object. */
    static boolean isNothing(JsonParser value) throws IOException {
        return switch (value.currentToken()) {
            case VALUE_NULL, VALUE_FALSE -> true;
            case VALUE_NUMBER_INT -> value.getText().equals("0");
            case VALUE_STRING -> value.getTextLength() == 0;
            case START_ARRAY, START_OBJECT -> {
                JsonToken next = value.nextToken();
                boolean empty = next.isStructEnd();
                if (!empty) {
                    skipRest(value);
                }
                yield empty;
            }
            default -> false;
        };
    }

    /** From anywhere in the outermost level of an array or object to its end. */
    private static void skipRest(JsonParser value) throws IOException {
        do {
            value.skipChildren();
        } while (!value.nextToken().isStructEnd());
    }

    private static void requireUtf8(byte[] body) throws MalformedBodyException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer rest = ByteBuffer.wrap(body);
        CharBuffer chars = CharBuffer.allocate(1024);
        CoderResult result = decoder.decode(rest, chars, true);
        while (result.isOverflow()) {
            result = decoder.decode(rest, chars.clear(), true);
        }
        if (result.isError()) {
            throw new MalformedBodyException("not UTF-8");
        }
    }
}
