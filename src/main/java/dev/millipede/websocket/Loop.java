package dev.millipede.websocket;

import dev.millipede.metrics.Metrics;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.LongSupplier;

/**
 * What an event loop offers to the objects confined to it.
 *
 * @param nanoTime a monotonic clock in nanoseconds
 */
record Loop(Turns turns, LongSupplier nanoTime, ByteBufAllocator allocator, Metrics metrics) {}
