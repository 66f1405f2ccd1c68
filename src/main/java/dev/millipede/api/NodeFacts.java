package dev.millipede.api;

import java.time.Instant;

/**
 * What {@code info} says of this node besides its counts.
 *
 * @param uid unique among nodes and starts
 * @param name for people, for example host and port
 */
public record NodeFacts(String uid, String name, String version, Instant started) {}
