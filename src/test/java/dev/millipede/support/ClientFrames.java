package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Frames as a client sends them, masked. Stateless. */
public final class ClientFrames {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final byte[] KEY = {0x12, (byte) 0xA4, 0x5C, 0x33};

    private ClientFrames() {}

    /** One text frame. */
    public static byte[] text(String text) {
        return frame(TEXT, text.getBytes(UTF_8));
    }

    /** One whole frame. */
    public static byte[] frame(int opcode, byte[] payload) {
        return frame(opcode, true, payload);
    }

    /** One frame of a message of several, the last one with {@code fin}. */
    public static byte[] frame(int opcode, boolean fin, byte[] payload) {
        byte[] masked = payload.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= KEY[i % KEY.length];
        }
        return join(header((fin ? FIN : 0) | opcode, 0x80, payload.length), KEY, masked);
    }

    /** A text frame as only a server may send it. */
    public static byte[] unmasked(String text) {
        byte[] payload = text.getBytes(UTF_8);
        return join(header(FIN | TEXT, 0, payload.length), payload);
    }

    /** A close frame. */
    public static byte[] close(int code, String reason) {
        return frame(CLOSE, join(ByteBuffer.allocate(2).putShort((short) code).array(), reason.getBytes(UTF_8)));
    }

    /** One array after another. */
    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] header(int first, int mask, int length) {
        if (length <= 125) {
            return new byte[] {(byte) first, (byte) (mask | length)};
        }
        return length <= 0xFFFF
                ? ByteBuffer.allocate(4)
                        .put((byte) first)
                        .put((byte) (mask | 126))
                        .putShort((short) length)
                        .array()
                : ByteBuffer.allocate(10)
                        .put((byte) first)
                        .put((byte) (mask | 127))
                        .putLong(length)
                        .array();
    }
}
