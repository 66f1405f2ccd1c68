package dev.millipede.protocol.json;

import dev.millipede.channel.Payload;

/**
 * Writes JSON into one array of exactly the right size: the same calls are made twice, first to measure, then, after
 * {@link #allocate}, to write. Commas come by themselves. Confined to one call of an encoder.
 */
final class JsonWriter {
    private static final byte[] NONE = {};
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final int REPLACEMENT = 0xFFFD;

    private byte[] out = NONE;
    private boolean measuring = true;
    private int at;
    private boolean first = true;

    /** Ends measuring: what was written so far is forgotten but for its size. */
    void allocate() {
        out = new byte[at];
        measuring = false;
        at = 0;
        first = true;
    }

    /** The array, which must be full. */
    byte[] finish() {
        assert !measuring && at == out.length;
        return out;
    }

    JsonWriter open() {
        put('{');
        first = true;
        return this;
    }

    JsonWriter close() {
        put('}');
        first = false;
        return this;
    }

    JsonWriter openArray() {
        put('[');
        first = true;
        return this;
    }

    JsonWriter closeArray() {
        put(']');
        first = false;
        return this;
    }

    /** An element of an array that has been encoded before. */
    JsonWriter element(byte[] encoded) {
        separate();
        raw(encoded);
        return this;
    }

    /** A member's name, which must be ASCII and need no escape; its value follows. */
    JsonWriter key(String name) {
        separate();
        put('"');
        ascii(name);
        put('"');
        put(':');
        return this;
    }

    /** A member's name of any content. */
    JsonWriter escapedKey(String name) {
        separate();
        quoted(name);
        put(':');
        return this;
    }

    JsonWriter string(String value) {
        quoted(value);
        return this;
    }

    JsonWriter number(long value) {
        ascii(Long.toString(value));
        return this;
    }

    JsonWriter yes() {
        ascii("true");
        return this;
    }

    JsonWriter payload(Payload value) {
        raw(value.bytes());
        return this;
    }

    private void raw(byte[] bytes) {
        if (!measuring) {
            System.arraycopy(bytes, 0, out, at, bytes.length);
        }
        at += bytes.length;
    }

    private void separate() {
        if (!first) {
            put(',');
        }
        first = false;
    }

    private void put(int b) {
        if (!measuring) {
            out[at] = (byte) b;
        }
        at++;
    }

    private void ascii(String text) {
        int length = text.length();
        if (!measuring) {
            for (int i = 0; i < length; i++) {
                out[at + i] = (byte) text.charAt(i);
            }
        }
        at += length;
    }

    private void quoted(String text) {
        put('"');
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (c < ' ') {
                control(c);
            } else if (c < 0x80) {
                put(c);
            } else if (!Character.isSurrogate(c)) {
                utf8(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                utf8(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                utf8(REPLACEMENT);
            }
        }
        put('"');
    }

    private void control(char c) {
        put('\\');
        switch (c) {
            case '\n' -> put('n');
            case '\r' -> put('r');
            case '\t' -> put('t');
            case '\b' -> put('b');
            case '\f' -> put('f');
            default -> {
                ascii("u00");
                put(HEX[c >> 4]);
                put(HEX[c & 15]);
            }
        }
    }

    private void utf8(int codePoint) {
        if (codePoint < 0x800) {
            put(0xC0 | (codePoint >> 6));
        } else {
            if (codePoint < 0x10000) {
                put(0xE0 | (codePoint >> 12));
            } else {
                put(0xF0 | (codePoint >> 18));
                put(0x80 | ((codePoint >> 12) & 0x3F));
            }
            put(0x80 | ((codePoint >> 6) & 0x3F));
        }
        put(0x80 | (codePoint & 0x3F));
    }
}
