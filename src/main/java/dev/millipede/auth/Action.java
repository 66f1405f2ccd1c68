package dev.millipede.auth;

/** What a client wants to do in a channel. */
public enum Action {
    /** Subscribe itself, to recover included. */
    SUBSCRIBE,
    PUBLISH,
    /** Read what is kept of the channel's publications. */
    HISTORY
}
