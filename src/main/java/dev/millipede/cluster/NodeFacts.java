package dev.millipede.cluster;

import java.time.Instant;

/**
 * What a node says of itself besides its counts.
 *
 * @param uid unique among nodes and starts
 * @param name for people, for example host and port
 */
public record NodeFacts(String uid, String name, String version, Instant started) {}
