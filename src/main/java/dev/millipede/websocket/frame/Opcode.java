package dev.millipede.websocket.frame;

/**
 * The constants of a frame header, RFC 6455 section 5.2.
 *
 * <pre>
 *   byte 0                   byte 1
 *   7   6 5 4    3 2 1 0     7     6 5 4 3 2 1 0
 *  +---+-------+---------+  +------+---------------+-----------------+-----------------+---------
 *  |FIN| RSV   | opcode  |  | MASK | length, or    | length, 2 or 8  | masking key,    | payload
 *  |   | 1 2 3 |         |  |      | 126, or 127   | bytes, big      | 4 bytes, if     |
 *  |   |       |         |  |      |               | endian          | MASK is set     |
 *  +---+-------+---------+  +------+---------------+-----------------+-----------------+---------
 *                                    0..125         none
 *                                    126            2 bytes: 126..65535
 *                                    127            8 bytes: 65536..2^63-1
 * </pre>
 */
final class Opcode {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    static final int FIN_BIT = 0x80;
    static final int RSV_BITS = 0x70;
    static final int OPCODE_BITS = 0x0F;
    static final int MASK_BIT = 0x80;
    static final int LENGTH_BITS = 0x7F;

    static final int LENGTH_IN_2_BYTES = 126;
    static final int LENGTH_IN_8_BYTES = 127;

    /** The longest payload whose length fits the header's second byte; also the longest of a control frame. */
    static final int MAX_SHORT_LENGTH = 125;

    static final int MAX_2_BYTE_LENGTH = 0xFFFF;

    /** The longest header a client sends: 2 bytes, 8 of length, 4 of masking key. */
    static final int MAX_MASKED_HEADER = 14;

    private Opcode() {}

    static boolean isKnown(int opcode) {
        return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
    }

    static boolean isControl(int opcode) {
        return opcode >= CLOSE;
    }
}
