package dev.millipede.websocket.frame;

/** Which close codes may stand in a close frame: RFC 6455 section 7.4 and the IANA registry it opened. */
final class CloseCodeRule {
    /** Stands for a close frame without a code; never on the wire. */
    static final int NO_CODE = 1005;

    private CloseCodeRule() {}

    static boolean allowedOnWire(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }
}
