package dev.millipede.websocket;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All deadlines of one instance: one for each connection, in a wheel of linked lists through the connections themselves,
 * so that none costs an object. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>Deadlines further away than one turn stay in their list and are looked at once a turn.
 */
final class TimingWheel {
    /** The tick of a connection that is in no list. */
    static final int OUT = -1;

    private static final int SLOTS = 512;

    private final @Nullable Connection[] slots = new @Nullable Connection[SLOTS];
    private final List<Connection> passed = new ArrayList<>();
    private int now;

    /** Takes a connection whose deadline has come; it is out of the wheel and may be put back. */
    interface Due {
        void due(Connection connection);
    }

    /** The current tick. */
    int now() {
        return now;
    }

    /** Sets a connection's one deadline, at least one tick ahead. */
    void schedule(Connection connection, int tick) {
        remove(connection);
        connection.dueTick = Math.max(tick, now + 1);
        link(connection);
    }

    private void link(Connection connection) {
        int slot = connection.dueTick & (SLOTS - 1);
        Connection head = slots[slot];
        connection.wheelNext = head;
        connection.wheelPrevious = null;
        if (head != null) {
            head.wheelPrevious = connection;
        }
        slots[slot] = connection;
    }

    /** Takes a connection out, if it is in. */
    void remove(Connection connection) {
        if (connection.dueTick == OUT) {
            return;
        }
        Connection next = connection.wheelNext;
        Connection previous = connection.wheelPrevious;
        if (previous != null) {
            previous.wheelNext = next;
        } else {
            slots[connection.dueTick & (SLOTS - 1)] = next;
        }
        if (next != null) {
            next.wheelPrevious = previous;
        }
        connection.wheelNext = null;
        connection.wheelPrevious = null;
        connection.dueTick = OUT;
    }

    /** Moves on to a tick, handing over every connection due on the way. */
    void advance(int tick, Due due) {
        while (now < tick) {
            now++;
            for (Connection each = slots[now & (SLOTS - 1)]; each != null; each = each.wheelNext) {
                if (each.dueTick <= now) {
                    passed.add(each);
                }
            }
            for (Connection each : passed) {
                // One that came before it may have taken it out or put it off.
                if (each.dueTick != OUT && each.dueTick <= now) {
                    remove(each);
                    due.due(each);
                }
            }
            passed.clear();
        }
    }

    /** Every connection of the instance, as each always has a deadline; the list may be used while they leave. */
    List<Connection> all() {
        List<Connection> all = new ArrayList<>();
        for (Connection head : slots) {
            for (Connection each = head; each != null; each = each.wheelNext) {
                all.add(each);
            }
        }
        return all;
    }
}
