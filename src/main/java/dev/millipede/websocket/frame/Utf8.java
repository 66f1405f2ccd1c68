package dev.millipede.websocket.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Strict UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF), checked piece by piece: a bad
 * byte is found where it stands, however the text was cut.
 *
 * <p>A state is an int: {@link #COMPLETE} at the end of a character, {@link #REJECTED}, or, within a character, three
 * bytes: how many bytes are still to come, and the lowest and the highest value the next of them may have. Only the
 * second byte of a character ever has bounds other than 80..BF; that is all that strictness takes.
 */
public final class Utf8 {
    /** At the start or at the end of a character: what has been seen is valid as it stands. */
    public static final int COMPLETE = 0;

    /** No continuation can make this text valid. */
    public static final int REJECTED = -1;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NON_ASCII = 0x8080_8080_8080_8080L;
    private static final int[] AFTER_LEAD = statesAfterLead();

    private Utf8() {}

    /** Whether the range is valid UTF-8 that ends with a complete character. */
    public static boolean isValid(byte[] bytes, int offset, int length) {
        return check(COMPLETE, bytes, offset, length) == COMPLETE;
    }

    /**
     * Checks the next piece of a text.
     *
     * @param state what the piece before it returned, {@link #COMPLETE} for the first
     * @return the state after the piece
     */
    public static int check(int state, byte[] bytes, int offset, int length) {
        int end = offset + length;
        int i = offset;
        int now = state;
        while (i < end && now != REJECTED) {
            byte next = bytes[i];
            if (now != COMPLETE) {
                now = afterContinuation(now, next & 0xFF);
                i++;
            } else if (next < 0) {
                now = AFTER_LEAD[next & 0x7F];
                i++;
            } else {
                i = skipAscii(bytes, i, end);
            }
        }
        return now;
    }

    private static int skipAscii(byte[] bytes, int from, int end) {
        int i = from;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            long high = (long) LONGS.get(bytes, i) & NON_ASCII;
            if (high != 0) {
                return i + (Long.numberOfTrailingZeros(high) >>> 3);
            }
        }
        while (i < end && bytes[i] >= 0) {
            i++;
        }
        return i;
    }

    private static int afterContinuation(int state, int next) {
        if (next < ((state >>> 8) & 0xFF) || next > (state >>> 16)) {
            return REJECTED;
        }
        int missing = (state & 0xFF) - 1;
        return missing == 0 ? COMPLETE : within(missing, 0x80, 0xBF);
    }

    private static int within(int missing, int lowest, int highest) {
        return missing | (lowest << 8) | (highest << 16);
    }

    /** Indexed by a lead byte less 80: the table of RFC 3629 section 4. */
    private static int[] statesAfterLead() {
        int[] states = new int[0x80];
        for (int lead = 0x80; lead <= 0xFF; lead++) {
            states[lead - 0x80] = afterLead(lead);
        }
        return states;
    }

    private static int afterLead(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return REJECTED;
        }
        if (lead <= 0xDF) {
            return within(1, 0x80, 0xBF);
        }
        return switch (lead) {
            case 0xE0 -> within(2, 0xA0, 0xBF);
            case 0xED -> within(2, 0x80, 0x9F);
            case 0xF0 -> within(3, 0x90, 0xBF);
            case 0xF4 -> within(3, 0x80, 0x8F);
            default -> within(lead <= 0xEF ? 2 : 3, 0x80, 0xBF);
        };
    }
}
