package dev.millipede.websocket;

import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.channel.Position;
import dev.millipede.protocol.ServerMessage.SubscribePush;
import dev.millipede.protocol.ServerMessage.UnsubscribePush;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the members of channels whose publications cannot be had any more that they have lost their place, one after the
 * other in random order: each of them comes back with a command or two, all at once would be a storm. Until then they are
 * suspended: members for all but the publications. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>A client that subscribed itself is told to do so again. One that the server subscribed is told that this has ended and
 * begun again in one frame: after the end alone an SDK would forget the channel.
 */
final class Resets {
    /** Of the push, as of its reason (client protocol §7): SDKs subscribe again at once. */
    static final int INSUFFICIENT_STATE = 2500;

    static final String REASON = "insufficient state";

    /** The longest the loop is held, in nanoseconds. */
    private static final long SLICE_NANOS = FanOut.SLICE_NANOS;

    private static final int CLOCK_EVERY = 8;

    private static final Logger log = LoggerFactory.getLogger(Resets.class);

    private final Instance instance;
    private final Loop loop;
    private final RandomGenerator random;
    private final Runnable slice = this::slice;

    /** Who is to be told at which tick; a ring. */
    private final @Nullable List<Reset>[] ring;

    private final ArrayDeque<Reset> due = new ArrayDeque<>();
    private int tick;
    private int waiting;
    private boolean scheduled;

    private record Reset(Connection member, PositionedChannel channel) {}

    /** @param spread from the loss to the last one that is told */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Resets(Instance instance, Loop loop, Duration spread, RandomGenerator random) {
        this.instance = instance;
        this.loop = loop;
        this.random = random;
        this.ring = new List[(int) Math.max(1, spread.toMillis() / Heartbeat.TICK_MILLIS)];
    }

    /** Suspends the members of a channel; those that are suspended already will be told once. */
    void lost(PositionLost loss) {
        if (instance.subscribers.get(loss.channel()) instanceof PositionedChannel channel
                && channel.position() != null) {
            channel.stand(loss.position());
            for (Connection member : channel.suspendAll()) {
                int at = (tick + 1 + random.nextInt(ring.length)) % ring.length;
                List<Reset> resets = ring[at];
                if (resets == null) {
                    resets = new ArrayList<>();
                    ring[at] = resets;
                }
                resets.add(new Reset(member, channel));
                waiting++;
            }
        }
    }

    /** Moves on by {@link Heartbeat#TICK_MILLIS}. */
    void tick() {
        if (!due.isEmpty() && !scheduled) {
            slice();
        }
        if (waiting == 0) {
            return;
        }
        tick = (tick + 1) % ring.length;
        List<Reset> resets = ring[tick];
        if (resets != null) {
            ring[tick] = null;
            waiting -= resets.size();
            for (int left = resets.size(); left > 0; left--) {
                int any = random.nextInt(left);
                due.add(resets.get(any));
                resets.set(any, resets.get(left - 1));
            }
            if (!scheduled) {
                slice();
            }
        }
    }

    private void slice() {
        scheduled = false;
        long start = loop.nanoTime().getAsLong();
        int told = 0;
        @Nullable Reset next;
        while ((next = due.poll()) != null) {
            try {
                reset(next.member, next.channel);
            } catch (OutOfMemoryError e) {
                // It stays suspended and so misses nothing unawares; a later tick tries again.
                log.error("no memory to tell of a lost position", e);
                due.addFirst(next);
                return;
            }
            if (++told % CLOCK_EVERY == 0 && loop.nanoTime().getAsLong() - start >= SLICE_NANOS) {
                break;
            }
        }
        if (!due.isEmpty()) {
            scheduled = true;
            loop.turns().afterIo(slice);
        }
    }

    /** Tells one, unless it has left the channel meanwhile or been told before. */
    private void reset(Connection member, PositionedChannel channel) {
        Position position = channel.position();
        if (position != null && member.isSuspended(channel)) {
            instance.guarded(member, () -> {
                if (member.isByServer(channel)) {
                    beginAgain(member, channel, position);
                } else {
                    end(member, channel);
                }
            });
        }
    }

    /** Told first: nothing is delivered before that, also where telling fails. */
    private void beginAgain(Connection member, PositionedChannel channel, Position position) {
        String name = channel.channel.name();
        byte[] end = instance.protocol.encode(new UnsubscribePush(name, INSUFFICIENT_STATE, REASON));
        byte[] begin = instance.protocol.encode(new SubscribePush(name, position));
        instance.outbox.sendText(member, instance.protocol.join(end, begin));
        if (member.isSuspended(channel)) {
            instance.subscribers.resume(member, channel);
        }
    }

    private void end(Connection member, PositionedChannel channel) {
        instance.reply(member, new UnsubscribePush(channel.channel.name(), INSUFFICIENT_STATE, REASON));
        if (member.isSuspended(channel)) {
            instance.subscribers.leave(member, channel);
        }
    }
}
