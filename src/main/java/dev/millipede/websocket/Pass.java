package dev.millipede.websocket;

import dev.millipede.websocket.ChannelQueue.Waiting;
import dev.millipede.websocket.frame.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/**
 * One walk over a channel's members with the publications that were waiting when it began, joined into one run of frames.
 * A member that joined after the first of them gets only the rest of the run: what came after it joined. Confined to the
 * event loop of its WebSocketVerticle.
 */
final class Pass {
    private static final int HEADER_SCRATCH = FrameWriter.MAX_HEADER;

    private final ByteBuf joined;
    /** Where in {@link #joined} each publication's frame begins. */
    private int[] starts = new int[4];
    /** Slots below this were taken when the publication came; never decreasing. */
    private int[] limits = new int[4];

    private int count;
    private int charged;
    private int slot;
    private int cursor;
    private int lastLength;
    private int offered;
    private int stuck;

    private Pass(ByteBuf joined) {
        this.joined = joined;
    }

    /**
     * Takes what waits, at least one publication, at most {@code maxBytes}.
     *
     * @param header scratch space for a frame header
     */
    static Pass begin(ChannelQueue queue, int maxBytes, ByteBufAllocator allocator, byte[] header) {
        assert header.length >= HEADER_SCRATCH;
        Pass pass = new Pass(allocator.directBuffer(Math.min(maxBytes, queue.bytes + 64)));
        for (Waiting next = queue.first; next != null; next = queue.first) {
            int length = next.push.length;
            if (pass.count > 0 && pass.joined.readableBytes() + length + HEADER_SCRATCH > maxBytes) {
                break;
            }
            pass.append(next, header);
            queue.poll();
        }
        return pass;
    }

    private void append(Waiting waiting, byte[] header) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            limits = Arrays.copyOf(limits, count * 2);
        }
        starts[count] = joined.writerIndex();
        limits[count++] = waiting.limit;
        charged += waiting.push.length;
        joined.writeBytes(header, 0, FrameWriter.writeTextHeader(header, 0, waiting.push.length));
        joined.writeBytes(waiting.push);
    }

    /** Delivers to the next member and returns how many publications it got: 0 for an empty slot. */
    int step(LocalChannel channel, Outbox outbox) {
        while (limits[cursor] <= slot) {
            cursor++;
        }
        Connection member = channel.members[slot++];
        if (member == null) {
            return 0;
        }
        int start = starts[cursor];
        lastLength = joined.writerIndex() - start;
        offered++;
        boolean accepted;
        if (channel.isLarge()) {
            accepted = outbox.offer(member, joined, start, lastLength);
            stuck += Outbox.isStuck(member) ? 1 : 0;
        } else {
            accepted = outbox.offer(member, joined.retainedSlice(start, lastLength));
        }
        return accepted ? count - cursor : 0;
    }

    /** Whether most members' sockets did not take all they were offered: the room outruns its readers. */
    boolean isMostlyStuck() {
        return stuck > offered / 2;
    }

    boolean isDone() {
        return slot >= limits[count - 1];
    }

    /** Bytes of the delivery budget that this pass gives back when it ends. */
    int charged() {
        return charged;
    }

    /** Bytes that the last member stepped on was offered. */
    int lastLength() {
        return lastLength;
    }

    void release() {
        joined.release();
    }
}
