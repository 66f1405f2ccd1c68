package dev.millipede.websocket.frame;

/** Why a connection must be failed (RFC 6455 section 7.1.7): the close code to send and a short plain-text reason. */
public enum FrameViolation {
    RESERVED_BITS(1002, "reserved bits set"),
    UNKNOWN_OPCODE(1002, "unknown opcode"),
    NOT_MASKED(1002, "frame not masked"),
    CONTROL_FRAGMENTED(1002, "control frame fragmented"),
    CONTROL_TOO_LONG(1002, "control frame too long"),
    CONTINUATION_WITHOUT_START(1002, "continuation without a message"),
    MESSAGE_INSIDE_MESSAGE(1002, "new message inside a fragmented message"),
    LENGTH_NOT_MINIMAL(1002, "length not in its shortest form"),
    LENGTH_OUT_OF_RANGE(1002, "length out of range"),
    CLOSE_TOO_SHORT(1002, "close frame too short"),
    CLOSE_CODE_INVALID(1002, "close code not allowed"),
    TEXT_NOT_UTF8(1007, "text is not UTF-8"),
    REASON_NOT_UTF8(1007, "close reason is not UTF-8"),
    FRAME_TOO_LONG(1009, "frame too long"),
    MESSAGE_TOO_LONG(1009, "message too long"),
    TOO_MANY_FRAGMENTS(1009, "too many fragments");

    private final int code;
    private final String reason;

    FrameViolation(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    /** The close code: 1002 (protocol error), 1007 (not UTF-8) or 1009 (too big). */
    public int code() {
        return code;
    }

    /** ASCII, short enough for a close frame. */
    public String reason() {
        return reason;
    }
}
