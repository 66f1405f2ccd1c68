package dev.millipede.auth;

/** What a connection has in a channel. */
public enum Standing {
    NOTHING,
    /** A subscription, by itself or by the server. */
    SUBSCRIBED,
    /** A subscription token for this channel and this user, in force. */
    TOKEN
}
