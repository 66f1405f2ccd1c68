package dev.millipede.backplane;

import io.vertx.core.Future;

/**
 * How many connections a user has on all nodes. Safe on any thread, once the broker is listened to; futures complete on the
 * caller's context.
 *
 * <p>What a node has counted ends with it: a few seconds after it is gone, however it went, its connections count no more.
 */
public interface UserCounts {
    /**
     * Counts one more connection of the user if fewer than {@code limit} are counted. Never fails: while the other nodes'
     * counts cannot be had, this node's own decides, so that a user may have up to {@code limit} on each.
     *
     * @param limit at least 1
     * @return whether it was counted; if so, one {@link #leave} is owed
     */
    Future<Boolean> enter(String user, int limit);

    /** Gives back what {@link #enter} granted. */
    void leave(String user);
}
