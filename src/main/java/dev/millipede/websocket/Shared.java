package dev.millipede.websocket;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Revocations;
import dev.millipede.backplane.UserCounts;
import dev.millipede.protocol.Protocol;
import dev.millipede.recovery.RecoveryConfig;
import org.jspecify.annotations.Nullable;

/**
 * What the composition root gives an instance: how it is configured, what it decides by, what it speaks, where it publishes.
 * The same for all instances of a node, but for the authenticator in {@code policy}, of which each has its own.
 *
 * @param policy what it decides by at the start
 * @param addresses null where an address may have as many connections as it likes
 * @param sliceNanos the longest the fan-out holds a loop: {@link #SLICE_NANOS}, or {@link #UNSLICED} in a test that shows
 *     what slicing is good for
 */
public record Shared(
        WebSocketConfig config,
        RecoveryConfig recovery,
        Policy policy,
        Protocol protocol,
        Broker broker,
        UserCounts userCounts,
        Revocations revocations,
        Slots slots,
        @Nullable AddressLimit addresses,
        long sliceNanos) {
    /** The longest a loop is held, in nanoseconds: two milliseconds. */
    public static final long SLICE_NANOS = FanOut.SLICE_NANOS;

    /** No slices: a loop is held until nothing waits. */
    public static final long UNSLICED = FanOut.UNSLICED;
}
