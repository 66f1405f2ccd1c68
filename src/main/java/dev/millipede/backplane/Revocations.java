package dev.millipede.backplane;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tokens that count no more, on all nodes. Safe on any thread; futures complete on the caller's context. */
public interface Revocations {
    /**
     * Whether a token is revoked: by its id, or because its user was revoked since it was issued. A token issued up to {@link
     * Revocation#LEEWAY} after the revocation is.
     *
     * @param issuedAt in seconds since 1970; 0 = not known, which counts as before any revocation
     * @param id null where the token has none, or ids are not looked at
     * @return fails when the backplane does not answer: the caller refuses
     */
    Future<Boolean> isRevoked(String user, long issuedAt, Revocation.@Nullable OfToken id);

    /**
     * Revokes from now on, on all nodes; to revoke a user again moves the moment.
     *
     * @param keep until no token of before can be in force any more
     * @return completes when {@link #isRevoked} says so everywhere; fails when that is not so, or not known
     */
    Future<Void> revoke(Revocation revocation, Duration keep);

    /**
     * Names the one listener: told of each revocation once, within half a second or so, or once the backplane can be reached
     * again. Called on a thread of the backplane or of whoever revokes; it must not block.
     */
    void listen(Consumer<Set<Revocation>> listener);
}
