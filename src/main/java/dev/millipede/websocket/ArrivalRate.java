package dev.millipede.websocket;

/**
 * How fast connections may come to a node; shared by its instances, as {@link Slots} are, so that a rate smaller than their
 * number holds too. Safe on any thread.
 */
public interface ArrivalRate {
    /**
     * Takes a connection, if it does not come too soon after the others.
     *
     * @param perSecond connections in a second, at least 1; as it is now, it may be another one each time
     * @param burst connections at once after a pause, at least 1
     */
    boolean take(int perSecond, int burst);
}
