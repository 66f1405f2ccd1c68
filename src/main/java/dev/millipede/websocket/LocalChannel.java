package dev.millipede.websocket;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.websocket.ChannelQueue.Waiting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of a channel on one instance. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>A member has a slot for as long as deliveries are under way: one that leaves meanwhile leaves an empty slot, one that
 * comes stands behind all others. When nothing is under way a departure is filled with the last member at once.
 */
class LocalChannel {
    /**
     * Members up to which a channel counts as small: its publications go out with whatever else its members get in the same
     * turn of the loop, and before those of large channels.
     */
    static final int SMALL = 32;

    private static final Connection[] NONE = {};

    final Channel channel;

    /** Slots 0 to {@code size - 1}; null where a member left. */
    @Nullable
    Connection[] members = NONE;

    int size;
    private int empty;

    /** Number of the question to the router; a confirmation of another one is stale. */
    int ask;

    /** Whether that question has not been answered yet. */
    boolean asking;

    /** The generation of confirmations in which the router has confirmed that publications reach this instance; 0 = never. */
    int confirmedIn;

    /** Everybody has left and the router has been told: what is still under way here is of no concern to it. */
    boolean givenUp;

    /** Who waits for the confirmation; null when nobody does. */
    @Nullable
    List<Joining> joiners;

    /** Publications waiting or under way; null when idle. */
    @Nullable
    ChannelQueue queue;

    LocalChannel(Channel channel) {
        this.channel = channel;
    }

    /** A channel without members, of the kind that its namespace asks for. */
    static LocalChannel of(Channel channel) {
        return channel.namespace().history().isKept() ? new PositionedChannel(channel) : new LocalChannel(channel);
    }

    /** How far the channel's publications have come here; null when that is not known, or nothing is kept of them. */
    @Nullable
    Position position() {
        return null;
    }

    /** Whether somebody who has seen that has surely seen everything. */
    boolean isAt(Since since) {
        return false;
    }

    /** The router has confirmed the channel, at a position where it has one. */
    void confirmedAt(@Nullable Position position) {}

    /** A publication has come, at an offset where it has one. */
    void delivered(long at) {}

    /** So many more joins wait to hear what they missed, or fewer. */
    void recovering(int more) {}

    boolean isEmpty() {
        return size == empty && joiners == null;
    }

    boolean isLarge() {
        return size > SMALL;
    }

    int liveMembers() {
        return size - empty;
    }

    /** Adds a member behind all others and returns its slot. */
    int add(Connection connection) {
        if (size == members.length) {
            members = Arrays.copyOf(members, size == 0 ? 1 : size + (size >> 1) + 1);
        }
        members[size] = connection;
        return size++;
    }

    /** Empties a slot. */
    void remove(int slot) {
        members[slot] = null;
        empty++;
        if (queue == null) {
            fill(slot);
        }
    }

    private void fill(int slot) {
        Connection last = members[--size];
        members[size] = null;
        empty--;
        if (last != null && slot != size) {
            members[slot] = last;
            last.moved(this, slot);
        }
    }

    /** All slots have been emptied. */
    void vacated() {
        empty = size;
        if (queue == null) {
            size = 0;
            empty = 0;
        }
    }

    /** Whether so many slots are empty that closing them up is worth a walk even while publications wait. */
    boolean isSparse() {
        return empty > Math.max(SMALL, size / 4);
    }

    /**
     * Closes up all empty slots; only while no pass runs. Members that were there before everything that waits may change
     * places; those that joined since keep their order, as each gets only what came after it.
     *
     * @param waiting the first publication that waits, or null; limits are changed along with the slots
     */
    void compact(@Nullable Waiting waiting) {
        if (empty == 0) {
            return;
        }
        int settled = waiting == null ? size : waiting.limit;
        int to = fillHoles(settled);
        Waiting next = waiting;
        for (int from = settled; from <= size; from++) {
            while (next != null && next.limit == from) {
                next.limit = to;
                next = next.next;
            }
            Connection member = from < size ? members[from] : null;
            if (member != null) {
                place(member, from, to++);
            }
        }
        Arrays.fill(members, to, size, null);
        size = to;
        empty = 0;
    }

    /** Fills the holes below {@code end} with the last members below it, and returns how many members are left there. */
    private int fillHoles(int end) {
        int low = 0;
        int high = end - 1;
        while (true) {
            while (low <= high && members[low] != null) {
                low++;
            }
            while (high > low && members[high] == null) {
                high--;
            }
            Connection last = low < high ? members[high] : null;
            if (last == null) {
                return low;
            }
            place(last, high--, low++);
        }
    }

    private void place(Connection member, int from, int to) {
        if (from != to) {
            members[from] = null;
            members[to] = member;
            member.moved(this, to);
        }
    }

    void addJoiner(Joining joining) {
        if (joiners == null) {
            joiners = new ArrayList<>(1);
        }
        joiners.add(joining);
    }

    void removeJoiner(Joining joining) {
        if (joiners != null && joiners.remove(joining) && joiners.isEmpty()) {
            joiners = null;
        }
    }
}
