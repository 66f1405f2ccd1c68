package dev.millipede.client;

/** What the SDK makes of the code of a close frame. */
final class CloseAdvice {
    private static final int TOO_LARGE = 1009;

    private CloseAdvice() {}

    /** Whether to connect again. The terminal ranges are honoured only with a reason. */
    static boolean reconnects(int code, String reason) {
        boolean terminal = (code >= 3500 && code <= 3999) || (code >= 4500 && code <= 4999);
        return code != TOO_LARGE && !(terminal && !reason.isEmpty());
    }
}
