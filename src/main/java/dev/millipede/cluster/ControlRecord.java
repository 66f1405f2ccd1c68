package dev.millipede.cluster;

import io.vertx.core.buffer.Buffer;

/**
 * What one node tells the others.
 *
 * @param sender uid of the node that said it
 * @param sentAt the sender's clock, milliseconds since 1970, greater in each record than in the one before
 * @param body what its kind says
 */
record ControlRecord(ControlKind kind, String sender, long sentAt, Buffer body) implements Opened {}
