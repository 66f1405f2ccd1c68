package dev.millipede.websocket.frame;

import org.jspecify.annotations.Nullable;

/**
 * One header as read off the wire. A reader has one and parses every header into it, so it says something only until
 * the next {@link #parse}.
 */
final class FrameHeader {
    private final FrameLimits limits;

    private boolean fin;
    private int opcode;
    private int length;
    private int key;
    private int size;

    FrameHeader(FrameLimits limits) {
        this.limits = limits;
    }

    /**
     * Parses the header that starts at {@code offset}. What is wrong is said as soon as the bytes that say it are
     * there, before the rest of the header.
     *
     * @param message what the connection carries, for the rules of fragmentation
     * @return null if nothing is wrong so far; then {@link #isComplete} tells whether the header was all there
     */
    @Nullable
    FrameViolation parse(byte[] bytes, int offset, int available, @Nullable PartialFrame message) {
        size = 0;
        if (available < 2) {
            return null;
        }
        fin = (bytes[offset] & Opcode.FIN_BIT) != 0;
        opcode = bytes[offset] & Opcode.OPCODE_BITS;
        int shortLength = bytes[offset + 1] & Opcode.LENGTH_BITS;
        FrameViolation violation = checkFirstTwo(bytes[offset], bytes[offset + 1], message);
        if (violation != null) {
            return violation;
        }
        int lengthEnd = 2 + extendedLengthSize(shortLength);
        if (available < lengthEnd) {
            return null;
        }
        long announced =
                shortLength <= Opcode.MAX_SHORT_LENGTH ? shortLength : bigEndian(bytes, offset + 2, offset + lengthEnd);
        violation = checkLength(shortLength, announced, message);
        if (violation != null || available < lengthEnd + Integer.BYTES) {
            return violation;
        }
        length = (int) announced;
        key = Mask.key(bytes, offset + lengthEnd);
        size = lengthEnd + Integer.BYTES;
        return null;
    }

    private @Nullable FrameViolation checkFirstTwo(byte first, byte second, @Nullable PartialFrame message) {
        if ((first & Opcode.RSV_BITS) != 0) {
            return FrameViolation.RESERVED_BITS;
        }
        if (!Opcode.isKnown(opcode)) {
            return FrameViolation.UNKNOWN_OPCODE;
        }
        if ((second & Opcode.MASK_BIT) == 0) {
            return FrameViolation.NOT_MASKED;
        }
        if (Opcode.isControl(opcode)) {
            return checkControl(second & Opcode.LENGTH_BITS);
        }
        boolean inMessage = message != null && message.holdsMessage();
        if (opcode == Opcode.CONTINUATION) {
            return inMessage ? null : FrameViolation.CONTINUATION_WITHOUT_START;
        }
        return inMessage ? FrameViolation.MESSAGE_INSIDE_MESSAGE : null;
    }

    private @Nullable FrameViolation checkControl(int shortLength) {
        if (!fin) {
            return FrameViolation.CONTROL_FRAGMENTED;
        }
        return shortLength > Opcode.MAX_SHORT_LENGTH ? FrameViolation.CONTROL_TOO_LONG : null;
    }

    private @Nullable FrameViolation checkLength(int shortLength, long announced, @Nullable PartialFrame message) {
        if (announced < 0) {
            return FrameViolation.LENGTH_OUT_OF_RANGE;
        }
        if ((shortLength == Opcode.LENGTH_IN_2_BYTES && announced <= Opcode.MAX_SHORT_LENGTH)
                || (shortLength == Opcode.LENGTH_IN_8_BYTES && announced <= Opcode.MAX_2_BYTE_LENGTH)) {
            return FrameViolation.LENGTH_NOT_MINIMAL;
        }
        if (Opcode.isControl(opcode)) {
            return null;
        }
        if (announced > limits.maxFrame()) {
            return FrameViolation.FRAME_TOO_LONG;
        }
        int before = message == null ? 0 : message.messageLength();
        if (announced > limits.maxMessage() - before) {
            return FrameViolation.MESSAGE_TOO_LONG;
        }
        int fragments = message == null ? 0 : message.fragments();
        return fragments >= limits.maxFragments() ? FrameViolation.TOO_MANY_FRAGMENTS : null;
    }

    private static int extendedLengthSize(int shortLength) {
        return switch (shortLength) {
            case Opcode.LENGTH_IN_2_BYTES -> Short.BYTES;
            case Opcode.LENGTH_IN_8_BYTES -> Long.BYTES;
            default -> 0;
        };
    }

    private static long bigEndian(byte[] bytes, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = (value << 8) | (bytes[i] & 0xFF);
        }
        return value;
    }

    boolean isComplete() {
        return size != 0;
    }

    /** Bytes of the header itself: 6, 8 or 14. */
    int size() {
        return size;
    }

    boolean fin() {
        return fin;
    }

    int opcode() {
        return opcode;
    }

    /** Bytes of payload, within the limits. */
    int length() {
        return length;
    }

    int key() {
        return key;
    }

    /** Whether the frame is only a part of its message. */
    boolean isFragment() {
        return opcode == Opcode.CONTINUATION || !fin;
    }
}
