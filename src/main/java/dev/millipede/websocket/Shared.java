package dev.millipede.websocket;

import dev.millipede.backplane.Broker;
import dev.millipede.protocol.Protocol;

/**
 * What all instances of a node share; given by the composition root. Immutable.
 *
 * @param sliceNanos the longest the fan-out holds a loop: {@link #SLICE_NANOS}, or {@link #UNSLICED} in a test that shows
 *     what slicing is good for
 */
public record Shared(
        WebSocketConfig config, Rules rules, Protocol protocol, Broker broker, Slots slots, long sliceNanos) {
    /** The longest a loop is held, in nanoseconds: two milliseconds. */
    public static final long SLICE_NANOS = FanOut.SLICE_NANOS;

    /** No slices: a loop is held until nothing waits. */
    public static final long UNSLICED = FanOut.UNSLICED;
}
