package dev.millipede.metrics;

/** Where a publication entered this node. */
public enum Source {
    /** A publish command on one of our sockets. */
    CLIENT("client"),
    /** A call of the HTTP API. */
    API("api"),
    /** The backplane; what this node published itself comes back this way and is counted here too. */
    BACKPLANE("backplane");

    private final String label;

    Source(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
