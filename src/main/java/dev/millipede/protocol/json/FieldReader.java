package dev.millipede.protocol.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millipede.protocol.Protocol.MalformedCommandException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the value its parser stands on as a field of one type. {@code null} stands for a field that is absent; any other
 * type is malformed.
 */
final class FieldReader {
    /** Of the longest 64-bit integer, its sign included. */
    private static final int MAX_DIGITS = 20;

    private final JsonParser parser;

    FieldReader(JsonParser parser) {
        this.parser = parser;
    }

    @Nullable
    String text() throws IOException, MalformedCommandException {
        if (isAbsent()) {
            return null;
        }
        expect(parser.hasToken(JsonToken.VALUE_STRING), "a string");
        return parser.getText();
    }

    boolean bool() throws MalformedCommandException {
        if (isAbsent()) {
            return false;
        }
        expect(parser.hasToken(JsonToken.VALUE_TRUE) || parser.hasToken(JsonToken.VALUE_FALSE), "a boolean");
        return parser.hasToken(JsonToken.VALUE_TRUE);
    }

    int int32() throws IOException, MalformedCommandException {
        long number = int64();
        expect(number == (int) number, "a 32-bit integer");
        return (int) number;
    }

    long int64() throws IOException, MalformedCommandException {
        if (isAbsent()) {
            return 0;
        }
        try {
            return Long.parseLong(integer());
        } catch (NumberFormatException e) {
            throw wrong("a 64-bit integer");
        }
    }

    /** An unsigned 64-bit integer; one beyond 2^63-1 is that: no stream has come so far. */
    long uint64() throws IOException, MalformedCommandException {
        if (isAbsent()) {
            return 0;
        }
        try {
            long number = Long.parseUnsignedLong(integer());
            return number < 0 ? Long.MAX_VALUE : number;
        } catch (NumberFormatException e) {
            throw wrong("an unsigned 64-bit integer");
        }
    }

    private String integer() throws IOException, MalformedCommandException {
        expect(parser.hasToken(JsonToken.VALUE_NUMBER_INT) && parser.getTextLength() <= MAX_DIGITS, "an integer");
        return parser.getText();
    }

    /** Enters an object, whose fields are then asked for by {@link #next}; false when it is absent. */
    boolean enter() throws MalformedCommandException {
        if (isAbsent()) {
            return false;
        }
        expect(parser.hasToken(JsonToken.START_OBJECT), "an object");
        return true;
    }

    /** The name of the next field of the object, on whose value the parser then stands; null at the object's end. */
    @Nullable
    String next() throws IOException {
        String name = parser.nextFieldName();
        if (name != null) {
            parser.nextToken();
        }
        return name;
    }

    /** Leaves out the value. */
    void skip() throws IOException {
        parser.skipChildren();
    }

    private boolean isAbsent() {
        return parser.hasToken(JsonToken.VALUE_NULL);
    }

    private static void expect(boolean met, String what) throws MalformedCommandException {
        if (!met) {
            throw wrong(what);
        }
    }

    private static MalformedCommandException wrong(String expected) {
        return new MalformedCommandException("a field that is not " + expected);
    }
}
