package dev.millipede.websocket;

import dev.millipede.protocol.Command;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a connection waits for: joins under way, and the commands that came while its connect was not yet answered. */
final class Pending {
    final List<Joining> joins = new ArrayList<>(2);

    /** The connect command to be answered when all automatic channels are confirmed; null once it is. */
    Command.@Nullable Connect connect;

    /** Joins of automatic channels that have not ended yet, and one until all have been started. */
    int awaited;

    /** Those of them that have joined: what the reply says of their channels. */
    final List<Joining> automatic = new ArrayList<>(2);

    /** Frames that came while connect was not answered, which go out behind the reply; null for none. */
    @Nullable
    ArrayDeque<ByteBuf> frames;

    /** Bytes of those. */
    int heldBytes;

    /** Commands held back until connect is answered; the transport does not read meanwhile. */
    final ArrayDeque<Command> held = new ArrayDeque<>(0);

    /** Subscription tokens that are being verified elsewhere; few if any. */
    final List<Checking> checks = new ArrayList<>(0);

    /** Whether the token of a refresh is being verified elsewhere. */
    boolean refreshing;

    /** What the commands weigh that wait for joins and checks, in bytes. */
    int waitingBytes;

    /** Channels it is about to have. */
    int channels() {
        int count = joins.size();
        for (Checking each : checks) {
            count += each.subscribes ? 1 : 0;
        }
        return count;
    }

    void hold(ByteBuf frame) {
        if (frames == null) {
            frames = new ArrayDeque<>(4);
        }
        frames.add(frame);
        heldBytes += frame.readableBytes();
    }

    /** Takes the next frame out; null when none is held. */
    @Nullable
    ByteBuf pollHeld() {
        return frames == null ? null : frames.poll();
    }

    void releaseHeld() {
        for (ByteBuf frame = pollHeld(); frame != null; frame = pollHeld()) {
            frame.release();
        }
    }

    boolean isIdle() {
        return connect == null && joins.isEmpty() && held.isEmpty() && checks.isEmpty() && !refreshing;
    }
}
