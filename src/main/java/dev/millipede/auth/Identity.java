package dev.millipede.auth;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Who a connection speaks for.
 *
 * @param user the user id, "" for the anonymous user
 * @param info what publications of this connection carry as {@code conn_info}, or null
 * @param expiresAt when the identity ends, in seconds since 1970; 0 when it does not
 */
public record Identity(String user, @Nullable Payload info, long expiresAt) {
    /** The user without a name, for ever. */
    public static final Identity ANONYMOUS = new Identity("", null, 0);

    public boolean isAnonymous() {
        return user.isEmpty();
    }
}
