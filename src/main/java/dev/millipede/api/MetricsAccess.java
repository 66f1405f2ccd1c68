package dev.millipede.api;

/** Who may read {@code /metrics} on a listener. */
public enum MetricsAccess {
    /** Nobody: the path does not exist. */
    OFF,
    /** Whoever has an API key: beyond loopback, and on the public port. */
    KEYED,
    /** Whoever reaches the listener. */
    OPEN
}
