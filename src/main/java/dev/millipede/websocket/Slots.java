package dev.millipede.websocket;

/**
 * The connections a node may still take, shared by its instances. The one thing they share that changes; so it is asked once
 * when a connection comes and once when it goes, and lives with the composition root. Safe on any thread.
 */
public interface Slots {
    /** Takes one; false when none is left. */
    boolean take();

    /** How many are left; a value a moment old. */
    int free();

    /** Gives one back that was taken. */
    void giveBack();
}
