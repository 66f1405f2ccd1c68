package dev.millipede.channel;

/** Who may publish to the channels of a namespace. The server API always may. */
public enum PublishRule {
    /** Every connection, anonymous ones too. */
    ANYONE,
    /** Every connection that has a user id. */
    AUTHENTICATED,
    /** Every connection that is subscribed to the channel. */
    SUBSCRIBER,
    /** No connection, only the server API. */
    SERVER
}
