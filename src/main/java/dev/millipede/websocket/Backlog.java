package dev.millipede.websocket;

/**
 * How much of a channel's traffic an instance takes on: pure rules over sizes and ages.
 *
 * <p>A pass writes its bytes to each member, so what counts is bytes times members: it bounds how long one pass lasts, and
 * so how long a busy room takes to be normal again after more came than the loop can write.
 */
final class Backlog {
    private static final int MAX_PASS_BYTES = 256 << 10;
    private static final int MIN_PASS_BYTES = 16 << 10;

    /** Bytes one pass may write to all members together. */
    private static final long PASS_WORK = 256L << 20;

    private static final int MAX_WAITING_BYTES = 8 << 20;
    private static final int MIN_WAITING_BYTES = 256 << 10;

    /** Bytes that may wait to be written to all members together. */
    private static final long WAITING_WORK = 2L << 30;

    /** How long publications may wait when one pass does not take them all. */
    private static final long MAX_AGE_NANOS = 500_000_000;

    private Backlog() {}

    /** The most one pass takes, in bytes per member. */
    static int passBytes(int members) {
        return (int) Math.max(MIN_PASS_BYTES, Math.min(MAX_PASS_BYTES, PASS_WORK / Math.max(1, members)));
    }

    /** Whether the router should drop for this channel; a burst that is written within the age is not behind. */
    static boolean isBehind(ChannelQueue queue, long now) {
        int members = queue.channel.size;
        if (queue.bytes <= passBytes(members)) {
            return false;
        }
        long most = Math.max(MIN_WAITING_BYTES, Math.min(MAX_WAITING_BYTES, WAITING_WORK / Math.max(1, members)));
        return queue.bytes > most || queue.age(now) > MAX_AGE_NANOS;
    }

    /** Whether what waits is so little that the next pass takes it all. */
    static boolean hasCaughtUp(ChannelQueue queue) {
        return queue.bytes <= passBytes(queue.channel.size) / 2;
    }
}
