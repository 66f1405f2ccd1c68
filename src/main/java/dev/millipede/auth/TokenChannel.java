package dev.millipede.auth;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A channel that a connection token has the server subscribe its connection to: an entry of {@code channels} or
 * {@code subs} (client protocol §10).
 *
 * @param info what publications of the connection in this channel carry as {@code chan_info}, or null
 * @param data what the client is told with the subscription, or null
 */
public record TokenChannel(
        String name, @Nullable Payload info, @Nullable Payload data) {}
