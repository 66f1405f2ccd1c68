package dev.millipede.websocket;

import dev.millipede.channel.Channel;
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
final class LocalChannel {
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

    /** Whether the router has confirmed that publications reach this instance. */
    boolean confirmed;

    /** Who waits for the confirmation; null when nobody does. */
    @Nullable
    List<Joining> joiners;

    /** Publications waiting or under way; null when idle. */
    @Nullable
    ChannelQueue queue;

    LocalChannel(Channel channel) {
        this.channel = channel;
    }

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

    /** Closes up all empty slots, keeping the order; only when nothing is under way. */
    void compact() {
        assert queue == null;
        if (empty == 0) {
            return;
        }
        int to = 0;
        for (int from = 0; from < size; from++) {
            Connection member = members[from];
            if (member != null) {
                if (from != to) {
                    members[to] = member;
                    member.moved(this, to);
                }
                to++;
            }
        }
        Arrays.fill(members, to, size, null);
        size = to;
        empty = 0;
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
