package dev.millipede.backplane.redis;

import dev.millipede.backplane.Revocation;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself in Redis and hears besides publications: its lease, its users' connections, revocations. Confined
 * to the event loop of the router.
 */
final class Registry {
    private final Lease lease;
    private final UserLedger users;
    private final @Nullable RevocationLog revocations;
    private final LongSupplier clock;
    private final Consumer<Boolean> held;

    /** Whom a registry tells something; safe on any thread. */
    interface Events {
        /** The lease is held, or not; told often. */
        void held(boolean now);

        /** What is new. */
        void revoked(Set<Revocation> fresh);

        /** What is new was asked for, and answered. */
        void looked();
    }

    /**
     * Asks for nothing yet.
     *
     * @param redis sends a request
     * @param clock milliseconds that go on while this process stands still
     */
    Registry(
            ContextInternal context,
            Registration registration,
            RegistryKeys keys,
            Consumer<Item> redis,
            LongSupplier clock,
            Events events) {
        this.clock = clock;
        this.held = events::held;
        this.users = new UserLedger(
                new CountRequests(keys),
                redis,
                this::missed,
                registration.countedLocally(),
                task -> context.runOnContext(turn -> task.run()),
                clock.getAsLong());
        this.lease = new Lease(registration.uid(), keys, redis, clock, users);
        // A listener that fails must not end what called it.
        Consumer<Set<Revocation>> tell = fresh -> context.emit(fresh, events::revoked);
        this.revocations = registration.revocation() ? new RevocationLog(keys, redis, tell, events::looked) : null;
    }

    private void missed(String id) {
        lease.missed(id);
    }

    UserLedger users() {
        return users;
    }

    /** There is a connection, on which nobody has asked for anything yet. */
    void opened() {
        if (revocations != null) {
            revocations.opened();
        }
        lease.opened();
    }

    void tick() {
        lease.tick();
        users.tick(clock.getAsLong());
        if (revocations != null) {
            revocations.look();
        }
        held.accept(lease.isHeld());
    }

    /** The node goes: what it has counted counts no more. Completes when Redis knows, or cannot be told. */
    Future<Void> end() {
        held.accept(false);
        return lease.end();
    }
}
