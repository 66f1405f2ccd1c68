package dev.millipede.cluster;

import org.jspecify.annotations.Nullable;

/** What a control record is about. The codes are on the wire: never reused, an unknown one is left to newer nodes. */
enum ControlKind {
    /** Who the sender is and how full; every second. */
    STATUS(1),
    /** The sender is stopping; no body, and nothing follows. */
    GOODBYE(2);

    private final byte code;

    ControlKind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static @Nullable ControlKind of(byte code) {
        for (ControlKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
