package dev.millipede.channel;

/** What a client that comes back gets of what it missed (client protocol §8). */
public enum RecoveryMode {
    /** All of it, or it is told that this is not possible. */
    STREAM,
    /** The latest publication: the channel holds a state, not a sequence. */
    CACHE
}
