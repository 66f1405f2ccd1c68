package dev.millipede.websocket;

import dev.millipede.auth.Authenticator;
import dev.millipede.auth.Permissions;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What decides who may do what, the same for all connections of a node. Immutable.
 *
 * @param clock wall clock, for the time left of a token
 * @param version said to clients in the connect reply
 */
public record Rules(
        Namespaces namespaces,
        Authenticator authenticator,
        Permissions permissions,
        InstantSource clock,
        String version) {
    /** The channel every connection listens to by itself, or null when there is none. */
    @Nullable
    Channel broadcast() {
        Channel channel = Channel.of(Channel.BROADCAST, namespaces);
        return channel != null && channel.namespace().automatic() ? channel : null;
    }
}
