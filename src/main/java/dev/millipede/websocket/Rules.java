package dev.millipede.websocket;

import dev.millipede.auth.Permissions;
import dev.millipede.auth.TokenJudge;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What decides who may do what, the same for all connections of a node. Immutable.
 *
 * @param clock wall clock, for the time left of a token
 * @param version said to clients in the connect reply
 * @param expiryGrace how long a token may be expired before the connection, or the subscription, ends
 * @param revokesUsers whether it is asked whether a user's tokens are revoked
 * @param revokesTokens whether it is asked whether a token is revoked by its id
 */
public record Rules(
        Namespaces namespaces,
        TokenJudge authenticator,
        Permissions permissions,
        InstantSource clock,
        String version,
        Duration expiryGrace,
        boolean revokesUsers,
        boolean revokesTokens) {
    /**
     * Seconds until then, at least 1; 0 for never.
     *
     * @param expiresAt seconds since 1970, 0 = never
     */
    int secondsUntil(long expiresAt) {
        if (expiresAt == 0) {
            return 0;
        }
        long left = expiresAt - clock.instant().getEpochSecond();
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, left));
    }

    /** The channel every connection listens to by itself, or null when there is none. */
    @Nullable
    Channel broadcast() {
        Channel channel = Channel.of(Channel.BROADCAST, namespaces);
        return channel != null && channel.namespace().automatic() ? channel : null;
    }
}
