package dev.millipede.channel;

import org.jspecify.annotations.Nullable;

/**
 * One message in a channel.
 *
 * @param info who published it; null when a backend did
 */
public record Publication(
        Channel channel, Payload data, @Nullable ClientInfo info) {}
