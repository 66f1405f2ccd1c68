package dev.millipede;

import java.util.List;

/** A configuration that a running node cannot take on. The message names the keys, not their values. */
final class NeedsRestartException extends Exception {
    private static final long serialVersionUID = 1;

    NeedsRestartException(List<String> keys) {
        super("takes a restart: " + String.join(", ", keys));
    }
}
