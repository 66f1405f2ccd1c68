package dev.millipede.websocket;

import dev.millipede.websocket.ChannelQueue.Waiting;
import dev.millipede.websocket.frame.FrameWriter;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers publications to the members of channels without holding up the loop. Confined to the event loop of its
 * WebSocketVerticle.
 *
 * <p>A channel has at most one pass running; what arrives meanwhile waits for the next one and is joined. Passes run in
 * slices of at most {@link #SLICE_NANOS}; between slices the loop looks at its sockets. Channels with few members go first
 * in each slice, so that a message to one user never waits behind a room; the others take turns slice by slice.
 */
final class FanOut {
    /** The longest the loop is held, in nanoseconds. */
    static final long SLICE_NANOS = 2_000_000;

    /** Holds the loop until nothing waits: what a test compares slicing with. */
    static final long UNSLICED = Long.MAX_VALUE;

    /** Kept back for the flush that ends a slice. */
    private static final long FLUSH_RESERVE_NANOS = 300_000;

    private static final int CLOCK_EVERY = 8;

    private static final Logger log = LoggerFactory.getLogger(FanOut.class);

    private final Loop loop;
    private final Outbox outbox;
    private final RouterLink router;
    private final long smallNanos;
    private final long largeNanos;
    private final Consumer<LocalChannel> dropped;
    private final byte[] header = new byte[FrameWriter.MAX_HEADER];
    private final ArrayDeque<ChannelQueue> small = new ArrayDeque<>();
    private final ArrayDeque<ChannelQueue> large = new ArrayDeque<>();
    private final Resting resting = new Resting();
    private final Runnable slice = this::slice;
    private final Consumer<ChannelQueue> goOn = this::goOn;
    private boolean scheduled;
    private long delivered;
    private long deliveredBytes;

    /**
     * The fan-out of one instance.
     *
     * @param sliceNanos the longest the loop is held: {@link #SLICE_NANOS}, or {@link #UNSLICED}
     * @param dropped told of a channel when what waited for its members is gone
     */
    FanOut(Loop loop, Outbox outbox, RouterLink router, long sliceNanos, Consumer<LocalChannel> dropped) {
        this.loop = loop;
        this.outbox = outbox;
        this.router = router;
        this.smallNanos = sliceNanos / 2;
        this.largeNanos = sliceNanos - FLUSH_RESERVE_NANOS;
        this.dropped = dropped;
    }

    /** Queues a publication's push for the members that the channel has now. */
    void deliver(@Nullable LocalChannel channel, byte[] push) {
        if (channel == null || channel.liveMembers() == 0) {
            router.giveBack(push.length);
            return;
        }
        ChannelQueue queue = channel.queue;
        if (queue == null) {
            queue = new ChannelQueue(channel);
            channel.queue = queue;
            (channel.isLarge() ? large : small).add(queue);
        }
        long now = loop.nanoTime().getAsLong();
        queue.add(push, now);
        if (!queue.behind && Backlog.isBehind(queue, now)) {
            queue.behind = true;
            router.behind(channel.channel);
        }
        if (!scheduled && (!small.isEmpty() || !large.isEmpty())) {
            scheduled = true;
            loop.turns().soon(slice);
        }
    }

    private void slice() {
        scheduled = false;
        long start = loop.nanoTime().getAsLong();
        runSmall(start);
        runLarge(start);
        outbox.flush();
        if (delivered > 0) {
            loop.metrics().delivered(delivered, deliveredBytes);
            delivered = 0;
            deliveredBytes = 0;
        }
        if (!small.isEmpty() || !large.isEmpty()) {
            scheduled = true;
            loop.turns().afterIo(slice);
        }
    }

    private long heldSince(long start) {
        return loop.nanoTime().getAsLong() - start;
    }

    private void runSmall(long start) {
        @Nullable ChannelQueue queue;
        while ((queue = small.poll()) != null) {
            if (queue.channel.isLarge()) {
                // It has grown since it was put here.
                large.add(queue);
                continue;
            }
            Pass pass = begin(queue);
            while (pass != null && !pass.isDone()) {
                step(pass, queue);
            }
            end(queue, pass);
            if (heldSince(start) >= smallNanos) {
                return;
            }
        }
    }

    private void runLarge(long start) {
        while (heldSince(start) < largeNanos) {
            ChannelQueue queue = large.poll();
            if (queue == null) {
                return;
            }
            Pass pass = queue.pass == null ? begin(queue) : queue.pass;
            int steps = 0;
            while (pass != null && !pass.isDone()) {
                if (++steps % CLOCK_EVERY == 0 && heldSince(start) >= largeNanos) {
                    large.add(queue);
                    return;
                }
                step(pass, queue);
            }
            end(queue, pass);
        }
    }

    /** Begins a pass; null, and what waits is dropped and counted, when there is no memory for it. */
    private @Nullable Pass begin(ChannelQueue queue) {
        try {
            Pass pass = Pass.begin(queue, maxPassBytes(queue.channel), loop.allocator(), header);
            queue.pass = pass;
            return pass;
        } catch (OutOfMemoryError e) {
            log.error("no memory for a pass of {} bytes", queue.bytes, e);
            int lost = 0;
            for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
                router.giveBack(waiting.push.length);
                lost++;
            }
            loop.metrics().dropped(lost);
            dropped.accept(queue.channel);
            return null;
        }
    }

    /** A pass must fit into an empty outbox, or it would close those who read. */
    private int maxPassBytes(LocalChannel channel) {
        return Math.min(Backlog.passBytes(channel.size), outbox.limit() / 2);
    }

    private void step(Pass pass, ChannelQueue queue) {
        int got = pass.step(queue.channel, outbox);
        delivered += got;
        deliveredBytes += got == 0 ? 0 : pass.lastLength();
    }

    private void end(ChannelQueue queue, @Nullable Pass pass) {
        queue.pass = null;
        if (pass != null) {
            pass.release();
            router.giveBack(pass.charged());
        }
        LocalChannel channel = queue.channel;
        // The router may have heard it of a later channel of this name meanwhile.
        if (queue.behind && Backlog.hasCaughtUp(queue) && !channel.givenUp) {
            queue.behind = false;
            router.caughtUp(channel.channel);
        }
        if (pass != null && channel.isLarge() && pass.isMostlyStuck()) {
            resting.add(queue, loop.nanoTime().getAsLong());
        } else {
            goOn(queue);
        }
    }

    private void goOn(ChannelQueue queue) {
        LocalChannel channel = queue.channel;
        if (queue.isEmpty()) {
            channel.queue = null;
            channel.compact(null);
        } else {
            if (channel.isSparse()) {
                channel.compact(queue.first);
            }
            (channel.isLarge() ? large : small).add(queue);
        }
    }

    /** Lets rooms go on whose members have read; called some fifty times a second. */
    void wake() {
        resting.wake(loop.nanoTime().getAsLong(), goOn);
        if (!scheduled && !large.isEmpty()) {
            scheduled = true;
            loop.turns().soon(slice);
        }
    }
}
