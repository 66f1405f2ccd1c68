package dev.millipede.cluster;

/** The cluster could not be joined; the message is a sentence for whoever started the node. */
public final class CannotJoinException extends Exception {
    private static final long serialVersionUID = 1L;

    CannotJoinException(String message, Throwable cause) {
        super(message, cause);
    }
}
