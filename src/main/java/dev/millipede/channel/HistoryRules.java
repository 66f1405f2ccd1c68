package dev.millipede.channel;

import java.time.Duration;

/**
 * What is kept of the channels of a namespace. Channels that keep history are positioned and recoverable.
 *
 * @param size publications kept of a channel, 0 = none
 * @param ttl how long publications are kept after the last one
 * @param metaTtl how long epoch and offset of a channel are kept after the last publication or read, longer than {@code ttl}
 * @param read which connections may ask for history
 * @param recovery what a client that comes back gets
 */
public record HistoryRules(int size, Duration ttl, Duration metaTtl, PublishRule read, RecoveryMode recovery) {
    /** The most publications of a channel that can be kept. */
    public static final int MAX_SIZE = 1_000_000;

    /** Nothing is kept; where a size is given: for 10 minutes, positions for 30 days, for subscribers to read. */
    public static final HistoryRules NONE = new HistoryRules(
            0, Duration.ofMinutes(10), Duration.ofDays(30), PublishRule.SUBSCRIBER, RecoveryMode.STREAM);

    /** Whether anything is. */
    public boolean isKept() {
        return size > 0;
    }
}
