package dev.millipede.channel;

import org.jspecify.annotations.Nullable;

/**
 * Who published: set by the server, never by the client (client protocol §4).
 *
 * @param user the user id, "" for an anonymous user
 * @param client the connection's id
 * @param connInfo what the connection token said in {@code info}, or null
 * @param chanInfo what was said there of the channel, by a subscription token or in {@code subs}, or null
 */
public record ClientInfo(
        String user,
        String client,
        @Nullable Payload connInfo,
        @Nullable Payload chanInfo) {
    /** One of whom nothing is said for the channel. */
    public ClientInfo(String user, String client, @Nullable Payload connInfo) {
        this(user, client, connInfo, null);
    }
}
