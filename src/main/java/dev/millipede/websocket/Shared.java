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
 * @param arrivalRate how fast they may come to the node
 * @param addresses null where an address may have as many connections as it likes
 * @param instances how many share the node's limits, at least 1
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
        ArrivalRate arrivalRate,
        @Nullable AddressLimit addresses,
        int instances,
        long sliceNanos) {
    /** The longest a loop is held, in nanoseconds: two milliseconds. */
    public static final long SLICE_NANOS = FanOut.SLICE_NANOS;

    /** No slices: a loop is held until nothing waits. */
    public static final long UNSLICED = FanOut.UNSLICED;
}
