package dev.millipede.websocket;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What a token says of a subscription that is made by it.
 *
 * @param expiresAt when it ends, in seconds since 1970; 0 when it does not
 * @param info what publications of the connection in the channel carry as {@code chan_info}, or null
 * @param data what the client is told with the subscription, or null
 */
record Terms(
        long expiresAt, @Nullable Payload info, @Nullable Payload data) {}
