package dev.millipede.api;

/** The body is not the JSON object that the method reads; answered with 400. */
final class MalformedBodyException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedBodyException(String message) {
        super(message, null, false, false);
    }
}
