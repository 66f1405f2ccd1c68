package dev.millipede.websocket.frame;

import java.util.Arrays;

/**
 * What a connection has sent of something not yet complete: the beginning of a header, of a control frame's payload,
 * or of a message. It exists only that long; an idle connection has none. Confined to the thread of its connection.
 *
 * <p>Payload bytes are unmasked and copied once, on arrival. The message's array grows by doubling with what has
 * arrived, never with what was announced, up to the longest the message can become.
 */
public final class PartialFrame {
    private static final int FIRST_CAPACITY = 64;
    private static final byte[] NOTHING = {};

    private byte[] head = NOTHING;
    private int headLength;

    private int opcode;
    private boolean fin;
    private int key;
    private int remaining;

    private byte[] control = NOTHING;
    private int controlLength;

    private int messageOpcode;
    private byte[] message = NOTHING;
    private int messageLength;
    private int fragments;
    private int utf8 = Utf8.COMPLETE;

    PartialFrame() {}

    /** Bytes of the arrays held, for metrics; the object's own size of some 64 bytes is not counted. */
    public int retainedBytes() {
        return head.length + control.length + message.length;
    }

    /** Keeps the beginning of a header, or more of it; bytes beyond the longest header are left where they are. */
    void keepHead(byte[] data, int offset, int available) {
        if (head.length == 0) {
            head = new byte[Opcode.MAX_MASKED_HEADER];
        }
        int count = Math.min(available, head.length - headLength);
        System.arraycopy(data, offset, head, headLength, count);
        headLength += count;
    }

    byte[] head() {
        return head;
    }

    int headLength() {
        return headLength;
    }

    /** The header is complete; nothing of it is kept here. */
    void dropHead() {
        head = NOTHING;
        headLength = 0;
    }

    /** A frame starts whose payload is to pass through {@link #append}. */
    void begin(FrameHeader header) {
        opcode = header.opcode();
        fin = header.fin();
        key = header.key();
        remaining = header.length();
        if (Opcode.isControl(opcode)) {
            control = new byte[remaining];
            controlLength = 0;
            return;
        }
        if (opcode != Opcode.CONTINUATION) {
            messageOpcode = opcode;
        }
        fragments++;
    }

    /**
     * Takes the next {@code count} bytes of the frame's payload.
     *
     * @param maxMessage bytes the message can have at most
     * @return false if they cannot be part of a valid text
     */
    boolean append(byte[] data, int offset, int count, int maxMessage) {
        if (Opcode.isControl(opcode)) {
            Mask.apply(key, data, offset, control, controlLength, count);
            controlLength += count;
        } else {
            reserve(count, fin ? messageLength + remaining : maxMessage);
            Mask.apply(key, data, offset, message, messageLength, count);
            if (messageOpcode == Opcode.TEXT) {
                utf8 = Utf8.check(utf8, message, messageLength, count);
            }
            messageLength += count;
        }
        key = Mask.after(key, count);
        remaining -= count;
        return utf8 != Utf8.REJECTED;
    }

    private void reserve(int count, int longest) {
        int needed = messageLength + count;
        if (needed > message.length) {
            long doubled = Math.max(FIRST_CAPACITY, 2L * message.length);
            message = Arrays.copyOf(message, (int) Math.min(longest, Math.max(needed, doubled)));
        }
    }

    /** Whether a frame has begun and bytes of its payload are still to come. */
    boolean isInPayload() {
        return remaining > 0;
    }

    /** Bytes of the frame's payload still to come. */
    int remaining() {
        return remaining;
    }

    /** Opcode of the frame begun last. */
    int opcode() {
        return opcode;
    }

    /** Whether the frame begun last ends its message. */
    boolean fin() {
        return fin;
    }

    /** Hands out a control frame's payload and forgets it. */
    byte[] takeControl() {
        byte[] payload = control;
        control = NOTHING;
        return payload;
    }

    /** Whether a message has begun and not ended. */
    boolean holdsMessage() {
        return fragments > 0;
    }

    int messageOpcode() {
        return messageOpcode;
    }

    byte[] message() {
        return message;
    }

    int messageLength() {
        return messageLength;
    }

    int fragments() {
        return fragments;
    }

    /** Whether the message so far ends with a whole character, or is binary. */
    boolean endsWithWholeCharacter() {
        return utf8 == Utf8.COMPLETE;
    }
}
