package dev.millipede.backplane.memory;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocations;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Revocations of one process. Answers at once, and tells the listener before {@code revoke} returns; safe on any thread. What
 * has expired is not found any more, and each revocation looks at a few others, so that those nobody asks for go too.
 */
final class MemoryRevocations implements Revocations {
    /** Looked at in one call. More than one, so that they go faster than they can come. */
    private static final int SWEPT = 2;

    private final LongSupplier clock;
    private final InstantSource wall;
    private final Map<Revocation, Kept> kept = new ConcurrentHashMap<>();

    /** Each revocation once, the next one to be looked at first. */
    private final Queue<Revocation> sweep = new ConcurrentLinkedQueue<>();

    private volatile @Nullable Consumer<Set<Revocation>> listener;

    /**
     * @param moment in milliseconds since 1970
     * @param until in milliseconds of the clock
     */
    private record Kept(long moment, long until) {}

    /**
     * @param clock milliseconds, never going back: for how long something is kept
     * @param wall what tokens are issued by
     */
    MemoryRevocations(LongSupplier clock, InstantSource wall) {
        this.clock = clock;
        this.wall = wall;
    }

    @Override
    public Future<Boolean> isRevoked(String user, long issuedAt, Revocation.@Nullable OfToken id) {
        Kept ofUser = find(new Revocation.OfUser(user));
        boolean before = ofUser != null && Revocation.concerns(issuedAt, ofUser.moment);
        return Future.succeededFuture(before || (id != null && find(id) != null));
    }

    private @Nullable Kept find(Revocation revocation) {
        Kept found = kept.get(revocation);
        return found == null || found.until <= clock.getAsLong() ? null : found;
    }

    @Override
    public Future<Void> revoke(Revocation revocation, Duration keep) {
        long now = clock.getAsLong();
        expire(now);
        if (kept.put(revocation, new Kept(wall.millis(), now + keep.toMillis())) == null) {
            sweep.add(revocation);
        }
        Consumer<Set<Revocation>> told = listener;
        if (told != null) {
            told.accept(Set.of(revocation));
        }
        return Future.succeededFuture();
    }

    private void expire(long now) {
        for (int i = 0; i < SWEPT; i++) {
            Revocation next = sweep.poll();
            Kept found = next == null ? null : kept.get(next);
            if (next != null && found != null) {
                // Unless it was made anew meanwhile: then it is still to be looked at, too.
                if (found.until > now || !kept.remove(next, found)) {
                    sweep.add(next);
                }
            }
        }
    }

    @Override
    public void listen(Consumer<Set<Revocation>> told) {
        listener = told;
    }

    /** Revocations of which something is kept. */
    int size() {
        return kept.size();
    }
}
