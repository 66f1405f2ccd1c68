package dev.millipede.websocket;

import org.jspecify.annotations.Nullable;

/**
 * Publications of one channel that wait for a pass, in order; exists only while there are some. Confined to the event loop
 * of its WebSocketVerticle.
 */
final class ChannelQueue {
    final LocalChannel channel;

    /** The running pass, or null. */
    @Nullable
    Pass pass;

    /** Until when at the latest the next pass waits for the members to read, by the loop's clock; valid while resting. */
    long restUntil;

    /** Whether the router has been told to drop for this channel. */
    boolean behind;

    @Nullable
    Waiting first;

    private @Nullable Waiting last;
    int bytes;

    /** One publication's frame payload, and how many slots were taken when it came: later members do not get it. */
    static final class Waiting {
        final byte[] push;
        final int limit;
        final long since;

        @Nullable
        Waiting next;

        Waiting(byte[] push, int limit, long since) {
            this.push = push;
            this.limit = limit;
            this.since = since;
        }
    }

    ChannelQueue(LocalChannel channel) {
        this.channel = channel;
    }

    /** @param now of the loop's monotonic clock, in nanoseconds */
    void add(byte[] push, long now) {
        Waiting waiting = new Waiting(push, channel.size, now);
        if (last == null) {
            first = waiting;
        } else {
            last.next = waiting;
        }
        last = waiting;
        bytes += push.length;
    }

    /** Takes the first one out; null when none waits. */
    @Nullable
    Waiting poll() {
        Waiting taken = first;
        if (taken != null) {
            first = taken.next;
            bytes -= taken.push.length;
            if (first == null) {
                last = null;
            }
        }
        return taken;
    }

    /** Nanoseconds that the first one has waited; 0 when none waits. */
    long age(long now) {
        return first == null ? 0 : now - first.since;
    }

    boolean isEmpty() {
        return first == null;
    }
}
