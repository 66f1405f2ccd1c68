package dev.millipede.support;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocations;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Remembers what is revoked, and how long it is to be kept, until told to be away. Safe on any thread. */
public final class FakeRevocations implements Revocations {
    private final List<Kept> revoked = new CopyOnWriteArrayList<>();
    private volatile boolean away;

    /** A revocation and for how long. */
    public record Kept(Revocation revocation, Duration keep) {}

    /** What was revoked, in order. */
    public List<Kept> revoked() {
        return revoked;
    }

    /** From now on everything fails. */
    public void goAway() {
        away = true;
    }

    @Override
    public Future<Boolean> isRevoked(String user, long issuedAt, Revocation.@Nullable OfToken id) {
        throw new UnsupportedOperationException("only who connects asks this");
    }

    @Override
    public Future<Void> revoke(Revocation revocation, Duration keep) {
        if (away) {
            return Future.failedFuture("Redis is away");
        }
        revoked.add(new Kept(revocation, keep));
        return Future.succeededFuture();
    }

    @Override
    public void listen(Consumer<Set<Revocation>> listener) {}
}
