package dev.millipede.channel;

import org.jspecify.annotations.Nullable;

/**
 * Who published: set by the server, never by the client (client protocol §4).
 *
 * @param user the user id, "" for an anonymous user
 * @param client the connection's id
 * @param connInfo what the token said in {@code info}, or null
 */
public record ClientInfo(
        String user, String client, @Nullable Payload connInfo) {}
