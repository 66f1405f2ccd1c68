package dev.millipede.backplane;

/** Why a message that the backplane brought is no publication. */
public enum Skipped {
    /** An envelope of a version that this node does not know: a newer node wrote it. */
    UNKNOWN_VERSION("version"),
    /** An envelope that breaks off or contradicts itself. */
    MALFORMED("malformed"),
    /** Neither an envelope nor text in UTF-8. */
    NOT_UTF8("utf8"),
    /** Longer than any publication may be. */
    TOO_LONG("length");

    private final String label;

    Skipped(String label) {
        this.label = label;
    }

    /** The word in metrics. */
    public String label() {
        return label;
    }
}
