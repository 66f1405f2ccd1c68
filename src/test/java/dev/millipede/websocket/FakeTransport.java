package dev.millipede.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** A socket that remembers what was written, may be full, and takes time on a fake clock. */
final class FakeTransport implements Transport {
    private static final int CLOSE = 0x88;

    /** What a write and a flush take, in nanoseconds. */
    long writeNanos;

    long flushNanos;

    /** The peer reads nothing: what is written stays. */
    boolean full;
    /** Whether bytes can be handed to the kernel past the queue. */
    boolean sendsNow = true;

    /** The payload of each frame that is not a close frame, in order. */
    final List<String> texts = new ArrayList<>(0);

    /** Codes of close frames; 1005 for one without. */
    final List<Integer> closeCodes = new ArrayList<>(0);

    boolean remembers = true;
    int writes;
    int flushes;
    long bytes;
    boolean paused;
    boolean ended;
    boolean closed;

    private final Connection connection;
    private final FakeLoop loop;
    private long pending;

    FakeTransport(Connection connection, FakeLoop loop) {
        this.connection = connection;
        this.loop = loop;
        connection.transport = this;
    }

    @Override
    public void write(ByteBuf frames) {
        loop.now += writeNanos;
        writes++;
        bytes += frames.readableBytes();
        if (!closed) {
            pending += frames.readableBytes();
        }
        while (remembers && frames.isReadable()) {
            remember(frames);
        }
        frames.release();
    }

    private void remember(ByteBuf frames) {
        int opcode = frames.readUnsignedByte();
        int length = frames.readUnsignedByte();
        if (length == 126) {
            length = frames.readUnsignedShort();
        } else if (length == 127) {
            length = (int) frames.readLong();
        }
        if (opcode == CLOSE) {
            closeCodes.add(length == 0 ? 1005 : frames.readUnsignedShort());
            frames.skipBytes(Math.max(0, length - 2));
        } else {
            texts.add(frames.readCharSequence(length, UTF_8).toString());
        }
    }

    /** Payloads since the last call. */
    List<String> taken() {
        List<String> taken = List.copyOf(texts);
        texts.clear();
        return taken;
    }

    @Override
    public int sendNow(ByteBuf shared, int offset, int length) {
        assert pending == 0 : "queued bytes overtaken";
        if (!sendsNow || full) {
            return 0;
        }
        loop.now += writeNanos + flushNanos;
        writes++;
        flushes++;
        bytes += length;
        ByteBuf frames = shared.slice(offset, length);
        while (remembers && frames.isReadable()) {
            remember(frames);
        }
        return length;
    }

    @Override
    public void flush() {
        loop.now += flushNanos;
        flushes++;
        if (!full) {
            pending = 0;
        }
    }

    @Override
    public long pendingBytes() {
        return pending;
    }

    @Override
    public void pauseReading(boolean pause) {
        paused = pause;
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pending = 0;
            connection.transportClosed();
        }
    }
}
