package dev.millipede.tls;

/** Files that cannot be served. The message names the file and what is wrong with it, and holds nothing out of a key. */
public final class UnusableTlsException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableTlsException(String message) {
        super(message);
    }

    /** The same, saying in which section of the configuration the files are named. */
    public UnusableTlsException in(String section) {
        return new UnusableTlsException(section + ": " + getMessage());
    }
}
