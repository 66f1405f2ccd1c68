package dev.millipede.auth;

/** A token that can never be valid. The message is the reason, one of a closed set of words; it has no stack trace. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
