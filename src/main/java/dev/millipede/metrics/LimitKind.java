package dev.millipede.metrics;

/** The limits of connections as metrics tell them apart; what is counted is each time one is enforced. */
public enum LimitKind {
    CONNECTIONS_PER_SECOND("connections_per_second"),
    CONNECTIONS_PER_ADDRESS("connections_per_address"),
    CONNECTIONS_PER_USER("connections_per_user"),
    COMMANDS("commands"),
    PUBLICATIONS("publications"),
    /** Counted when a connection begins to be kept waiting, not for each byte. */
    BYTES("bytes"),
    CHANNELS("channels"),
    OUTBOX_BYTES_PER_NODE("outbox_bytes_per_node");

    private final String label;

    LimitKind(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
