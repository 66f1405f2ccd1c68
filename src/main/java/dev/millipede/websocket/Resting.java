package dev.millipede.websocket;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Channels whose next pass waits because most members' sockets have not taken the last one. Confined to the event loop of its
 * WebSocketVerticle.
 *
 * <p>One slow reader is closed, not waited for; but when most of a room is slow, it is this node, its network or the room
 * itself that has reached its limit. To write on would only move the backlog into ten thousand outboxes, where nothing can
 * be dropped any more, and close everybody. So the room rests until most have read, and what comes meanwhile is joined, or
 * dropped by the router if it becomes too much. No rest is longer than a second: readers that have given up pass their bound
 * in the end.
 */
final class Resting {
    private static final long LONGEST_NANOS = 1_000_000_000;

    /** Members looked at to find out whether most have read. */
    private static final int SAMPLE = 32;

    private final List<ChannelQueue> channels = new ArrayList<>();

    void add(ChannelQueue queue, long now) {
        queue.restUntil = now + LONGEST_NANOS;
        channels.add(queue);
    }

    /** Hands over the channels that may go on; called some fifty times a second. */
    void wake(long now, Consumer<ChannelQueue> rested) {
        for (int i = channels.size() - 1; i >= 0; i--) {
            ChannelQueue queue = channels.get(i);
            if (now - queue.restUntil >= 0 || mostHaveRead(queue.channel)) {
                channels.remove(i);
                rested.accept(queue);
            }
        }
    }

    private static boolean mostHaveRead(LocalChannel channel) {
        int step = Math.max(1, channel.size / SAMPLE);
        int asked = 0;
        int stuck = 0;
        for (int slot = 0; slot < channel.size; slot += step) {
            Connection member = channel.members[slot];
            if (member != null) {
                asked++;
                stuck += member.transport.pendingBytes() > 0 ? 1 : 0;
            }
        }
        return stuck <= asked / 2;
    }
}
