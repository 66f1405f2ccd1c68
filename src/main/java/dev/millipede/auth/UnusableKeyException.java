package dev.millipede.auth;

/** A key that tokens cannot be signed or verified with. The message is for people and shows nothing of the key. */
final class UnusableKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableKeyException(String message) {
        super(message);
    }
}
