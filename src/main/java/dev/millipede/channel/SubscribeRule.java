package dev.millipede.channel;

/** Who may subscribe to the channels of a namespace. */
public enum SubscribeRule {
    /** Every connection, anonymous ones too. */
    ANYONE,
    /** Every connection that has a user id. */
    AUTHENTICATED,
    /** The user whose id is the rest of the channel's name. */
    SELF,
    /** Nobody without a subscription token for the very channel. */
    TOKEN
}
