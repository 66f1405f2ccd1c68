package dev.millipede.channel;

import java.nio.charset.StandardCharsets;

/**
 * The opaque bytes of a publication: one JSON value in UTF-8 without line breaks, checked once where it entered and
 * never parsed again. Immutable by agreement: nobody writes to the array after construction.
 */
public final class Payload {
    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Wraps bytes that the caller has validated and will not change. */
    public static Payload ofValidated(byte[] bytes) {
        return new Payload(bytes);
    }

    /** The bytes themselves, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** Length in bytes. */
    public int length() {
        return bytes.length;
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
