package dev.millipede.websocket.frame;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Frames as a server sends them: whole, unmasked, with the shortest length encoding (RFC 6455 section 5.2). Stateless;
 * lengths are in bytes; what is returned is new.
 */
public final class FrameWriter {
    /** Longest header written, in bytes. */
    public static final int MAX_HEADER = 10;

    private static final int MAX_REASON = Opcode.MAX_SHORT_LENGTH - 2;

    private FrameWriter() {}

    /** Bytes of the header before a payload of this length: 2, 4 or 10. */
    public static int headerLength(int payloadLength) {
        if (payloadLength <= Opcode.MAX_SHORT_LENGTH) {
            return 2;
        }
        return payloadLength <= Opcode.MAX_2_BYTE_LENGTH ? 2 + Short.BYTES : MAX_HEADER;
    }

    /** Writes the header of a text frame and returns the offset behind it, where the payload belongs. */
    public static int writeTextHeader(byte[] target, int offset, int payloadLength) {
        return writeHeader(Opcode.TEXT, target, offset, payloadLength);
    }

    /** Writes the header of a binary frame and returns the offset behind it, where the payload belongs. */
    public static int writeBinaryHeader(byte[] target, int offset, int payloadLength) {
        return writeHeader(Opcode.BINARY, target, offset, payloadLength);
    }

    /** A text frame; that the payload is UTF-8 is the caller's promise. */
    public static byte[] text(byte[] payload) {
        return text(payload, 0, payload.length);
    }

    /** A text frame; that the payload is UTF-8 is the caller's promise. */
    public static byte[] text(byte[] payload, int offset, int length) {
        return frame(Opcode.TEXT, payload, offset, length);
    }

    public static byte[] binary(byte[] payload) {
        return binary(payload, 0, payload.length);
    }

    public static byte[] binary(byte[] payload, int offset, int length) {
        return frame(Opcode.BINARY, payload, offset, length);
    }

    /**
     * A ping.
     *
     * @throws IllegalArgumentException if it is longer than 125 bytes
     */
    public static byte[] ping(byte[] bytes, int offset, int length) {
        return control(Opcode.PING, bytes, offset, length);
    }

    /**
     * A pong: the answer to a ping carries the ping's bytes.
     *
     * @throws IllegalArgumentException if it is longer than 125 bytes
     */
    public static byte[] pong(byte[] bytes, int offset, int length) {
        return control(Opcode.PONG, bytes, offset, length);
    }

    /**
     * A close frame.
     *
     * @param code a code that may stand on the wire, or 1005 for a frame without code and reason
     * @param reason cut before the character that would pass 123 bytes of UTF-8
     * @throws IllegalArgumentException if the code may not stand on the wire
     */
    public static byte[] close(int code, String reason) {
        if (code == CloseCodeRule.NO_CODE) {
            return control(Opcode.CLOSE, new byte[0], 0, 0);
        }
        if (!CloseCodeRule.allowedOnWire(code)) {
            throw new IllegalArgumentException("close code " + code + " may not be sent");
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = cutLength(text);
        byte[] payload = new byte[2 + length];
        payload[0] = (byte) (code >>> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, length);
        return control(Opcode.CLOSE, payload, 0, payload.length);
    }

    private static int cutLength(byte[] text) {
        if (text.length <= MAX_REASON) {
            return text.length;
        }
        int length = MAX_REASON;
        while ((text[length] & 0xC0) == 0x80) {
            length--;
        }
        return length;
    }

    private static byte[] control(int opcode, byte[] payload, int offset, int length) {
        if (length > Opcode.MAX_SHORT_LENGTH) {
            throw new IllegalArgumentException("a control frame holds 125 bytes, not " + length);
        }
        return frame(opcode, payload, offset, length);
    }

    private static byte[] frame(int opcode, byte[] payload, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, payload.length);
        byte[] frame = new byte[headerLength(length) + length];
        int start = writeHeader(opcode, frame, 0, length);
        System.arraycopy(payload, offset, frame, start, length);
        return frame;
    }

    private static int writeHeader(int opcode, byte[] target, int offset, int payloadLength) {
        int at = offset;
        target[at++] = (byte) (Opcode.FIN_BIT | opcode);
        if (payloadLength <= Opcode.MAX_SHORT_LENGTH) {
            target[at++] = (byte) payloadLength;
            return at;
        }
        boolean inTwoBytes = payloadLength <= Opcode.MAX_2_BYTE_LENGTH;
        target[at++] = (byte) (inTwoBytes ? Opcode.LENGTH_IN_2_BYTES : Opcode.LENGTH_IN_8_BYTES);
        for (int shift = inTwoBytes ? 8 : 56; shift >= 0; shift -= 8) {
            target[at++] = (byte) ((long) payloadLength >>> shift);
        }
        return at;
    }
}
