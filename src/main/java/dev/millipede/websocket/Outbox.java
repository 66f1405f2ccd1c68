package dev.millipede.websocket;

import dev.millipede.metrics.LimitKind;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Protocol;
import dev.millipede.protocol.ServerMessage;
import dev.millipede.websocket.Connection.State;
import dev.millipede.websocket.frame.FrameWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * The way out for all connections of one instance: bounded in unsent bytes for each, one flush per socket and turn of the
 * loop. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>A reader so slow that its bound is passed is closed, not waited for.
 */
final class Outbox {
    /** Sockets written to before they are flushed together: few enough to be in the cache still. */
    static final int FLUSH_GROUP = 32;

    private final Loop loop;
    private final int limit;
    private final byte[] header = new byte[FrameWriter.MAX_HEADER];
    private final Connection[] written = new Connection[FLUSH_GROUP];
    private final List<Connection> backlogged = new ArrayList<>();
    private final Runnable flush = this::flush;
    private final Runnable shed = this::shed;
    private int count;
    private long bytes;
    private boolean scheduled;

    /** Unsent bytes that all connections may have together. */
    private long bound = Long.MAX_VALUE;

    /** Bytes that may still be written before they can have passed the bound; then they are counted. */
    private long spare = Long.MAX_VALUE;

    /** @param limit unsent bytes a connection may have */
    Outbox(Loop loop, int limit) {
        this.loop = loop;
        this.limit = limit;
    }

    int limit() {
        return limit;
    }

    /**
     * From now on all connections together may have so many unsent bytes. Where they have more, by a twentieth at the most,
     * those with the most are closed until a tenth is free again.
     */
    void boundAll(long unsentBytes) {
        bound = unsentBytes;
        spare = Math.min(spare, unsentBytes / 20);
    }

    /** Sends a message of the protocol in a text frame. */
    void send(Connection to, Protocol protocol, ServerMessage message) {
        if (to.isOpen()) {
            sendText(to, protocol.encode(message));
        }
    }

    /** Sends what the protocol has encoded in a text frame. */
    void sendText(Connection to, byte[] encoded) {
        offer(to, text(encoded));
    }

    private ByteBuf text(byte[] payload) {
        int length = FrameWriter.writeTextHeader(header, 0, payload.length);
        return loop.allocator()
                .directBuffer(length + payload.length)
                .writeBytes(header, 0, length)
                .writeBytes(payload);
    }

    /** Sends one whole frame. */
    void send(Connection to, byte[] frame) {
        offer(to, loop.allocator().directBuffer(frame.length).writeBytes(frame));
    }

    /** Bytes that one frame may have so that its connection is not closed for it; what was not flushed yet is. */
    long room(Connection to) {
        if (to.transport.pendingBytes() > 0) {
            to.transport.flush();
        }
        return limit - to.transport.pendingBytes();
    }

    /**
     * Queues whole frames and takes over their reference. While connect is not answered they are held, to go out behind the
     * reply: what a client hears of a channel before that, it would not take for a subscription of its.
     *
     * @return false when the connection is closing, or has just been closed because its bound is passed
     */
    boolean offer(Connection to, ByteBuf frames) {
        if (to.state != State.CONNECTED) {
            if (!to.isOpen()) {
                frames.release();
                return false;
            }
            Pending pending = to.pending;
            if (pending != null && to.state == State.CONNECTING) {
                return hold(to, pending, frames);
            }
        }
        if (isPastBound(to, frames.readableBytes())) {
            closeSlow(to, frames);
            return false;
        }
        write(to, frames);
        return true;
    }

    private boolean hold(Connection to, Pending pending, ByteBuf frames) {
        if (pending.heldBytes + frames.readableBytes() > limit) {
            closeSlow(to, frames);
            return false;
        }
        pending.hold(frames);
        return true;
    }

    private void closeSlow(Connection to, ByteBuf frames) {
        frames.release();
        loop.metrics().slowClosed();
        to.close(CloseCode.SLOW);
    }

    /** Bytes that have not been flushed yet say nothing about the reader, nor does a single publication of any size. */
    private boolean isPastBound(Connection to, int length) {
        Transport transport = to.transport;
        if (transport.pendingBytes() + length <= limit) {
            return false;
        }
        transport.flush();
        long pending = transport.pendingBytes();
        return pending > 0 && pending + length > limit;
    }

    /**
     * Sends whole frames out of a buffer shared by many connections: at once where the socket takes them, so that nothing is
     * allocated for it. What it does not take is queued; having begun a frame, the rest of it is queued past the bound too.
     *
     * @return as {@link #offer(Connection, ByteBuf)}
     */
    boolean offer(Connection to, ByteBuf shared, int offset, int length) {
        int taken =
                to.state == State.CONNECTED && hasNothingQueued(to) ? to.transport.sendNow(shared, offset, length) : 0;
        if (taken == 0) {
            boolean accepted = offer(to, shared.retainedSlice(offset, length));
            // What is unsent from here on tells who is slow, also where everything goes through the queue.
            to.transport.flush();
            return accepted;
        }
        if (taken > 0) {
            bytes += taken;
            if (taken < length) {
                write(to, shared.retainedSlice(offset + taken, length - taken));
            }
        }
        return taken > 0;
    }

    /** Asks the flags first: they lie where the connection does, the queue three objects further. */
    private static boolean hasNothingQueued(Connection connection) {
        return !connection.written && (!connection.backlogged || connection.transport.pendingBytes() == 0);
    }

    /** Whether the socket has not taken all it was offered; asks the socket only where the flags do not know. */
    static boolean isStuck(Connection connection) {
        return (connection.written || connection.backlogged) && connection.transport.pendingBytes() > 0;
    }

    /** Queues the last frame of a connection that takes nothing else any more. */
    void sendLast(Connection to, byte[] closeFrame) {
        write(to, loop.allocator().directBuffer(closeFrame.length).writeBytes(closeFrame));
    }

    private void write(Connection to, ByteBuf frames) {
        bytes += frames.readableBytes();
        to.transport.write(frames);
        if (to.written) {
            return;
        }
        to.written = true;
        written[count++] = to;
        if (count == FLUSH_GROUP) {
            flush();
        } else if (!scheduled) {
            scheduled = true;
            loop.turns().soon(flush);
        }
    }

    /** Flushes every socket written to since the last flush. */
    void flush() {
        scheduled = false;
        if (bytes == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            Connection connection = written[i];
            connection.written = false;
            connection.transport.flush();
            if (!connection.backlogged && connection.transport.pendingBytes() > 0) {
                connection.backlogged = true;
                backlogged.add(connection);
            }
        }
        Arrays.fill(written, 0, count, null);
        count = 0;
        loop.metrics().bytesSent(bytes);
        spare -= bytes;
        bytes = 0;
        if (spare < 0) {
            spare = Long.MAX_VALUE;
            // Not here: whoever flushes may be on its way through the members of a channel.
            loop.turns().soon(shed);
        }
    }

    private void shed() {
        long unsent = unsentBytes();
        if (unsent > bound) {
            unsent = shedDownTo(bound - bound / 10, unsent);
        }
        spare = Math.max(bound - unsent, bound / 20);
    }

    /** Cuts connections until what is left is enough, and returns what is left: those first that are closed already. */
    private long shedDownTo(long enough, long unsent) {
        List<Connection> most = new ArrayList<>(backlogged);
        most.sort(Comparator.comparing(Connection::isOpen)
                .thenComparing(Comparator.comparingLong(Outbox::pendingBytes).reversed()));
        long left = unsent;
        for (Connection each : most) {
            if (left <= enough) {
                break;
            }
            left -= pendingBytes(each);
            if (each.isOpen()) {
                loop.metrics().limited(LimitKind.OUTBOX_BYTES_PER_NODE);
                loop.metrics().slowClosed();
                each.close(CloseCode.SLOW);
            }
            // Its close frame would wait behind all the rest, which is what has to go.
            each.transport.close();
        }
        return left;
    }

    private static long pendingBytes(Connection connection) {
        return connection.transport.pendingBytes();
    }

    /** Unsent bytes of all connections, found by asking those that had some when they were last flushed. */
    long unsentBytes() {
        long sum = 0;
        for (Iterator<Connection> each = backlogged.iterator(); each.hasNext(); ) {
            Connection connection = each.next();
            long pending = connection.transport.pendingBytes();
            sum += pending;
            if (pending == 0) {
                connection.backlogged = false;
                each.remove();
            }
        }
        return sum;
    }
}
