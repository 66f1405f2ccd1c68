package dev.millipede.auth;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A channel a connection token asks for (claims {@code channels} and {@code subs}).
 *
 * @param name a well-formed name; whether its namespace exists is the caller's to see
 * @param info what publications of the connection there carry as {@code chan_info}, or null
 * @param data for the connect reply, or null
 */
public record TokenChannel(
        String name, @Nullable Payload info, @Nullable Payload data) {}
