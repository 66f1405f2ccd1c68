package dev.millipede.backplane.redis;

import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.Broker;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocations;
import dev.millipede.backplane.UserCounts;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The backplane of all nodes that share a Redis. Connects when its broker is listened to, goes on trying while there is no
 * Redis, and comes back by itself; until then it is not ready and says no.
 */
public final class RedisBackplane implements Backplane {
    private final RedisBroker broker;
    private final Messages messages;
    private final RedisUserCounts userCounts;
    private final RedisRevocations revocations;
    private volatile boolean holdsLease;
    private volatile long lookedAt = System.nanoTime();

    /**
     * Connects to nothing yet.
     *
     * @param namespaces whose channels there are
     * @param plain makes a payload of a message that no node wrote, null when it cannot; safe on any thread
     * @param registration what this node is to the others
     */
    public RedisBackplane(
            Vertx vertx,
            RedisConfig config,
            Namespaces namespaces,
            Function<byte[], @Nullable Payload> plain,
            Registration registration) {
        this.messages = new Messages(config.prefix(), namespaces, plain);
        this.broker = new RedisBroker(
                new Connector(vertx, config),
                messages,
                // Not the default one: two nodes that start in the same moment must not make up the same numbers.
                new SplittableRandom(new SecureRandom().nextLong()),
                registration,
                new FromRegistry());
        this.userCounts = new RedisUserCounts(broker);
        this.revocations = new RedisRevocations(broker, new RegistryKeys(messages), registration.revocation());
    }

    private final class FromRegistry implements Registry.Events {
        @Override
        public void held(boolean now) {
            holdsLease = now;
        }

        @Override
        public void revoked(Set<Revocation> fresh) {
            revocations.revoked(fresh);
        }

        @Override
        public void looked() {
            lookedAt = System.nanoTime();
        }
    }

    /** Whether the other nodes count what is counted here; a value a moment old. */
    public boolean holdsLease() {
        return holdsLease;
    }

    /**
     * Seconds since this node last was told what is newly revoked, or that nothing is; since it was made, before the first
     * time. Means nothing where revocation is off.
     */
    public long revocationsAgeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lookedAt);
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public void use(Namespaces namespaces) {
        messages.use(namespaces);
    }

    @Override
    public UserCounts userCounts() {
        return userCounts;
    }

    @Override
    public Revocations revocations() {
        return revocations;
    }

    /** Whether all connections stand, everything is subscribed to, and what is published comes back. */
    @Override
    public boolean isReady() {
        return broker.isReady();
    }

    @Override
    public Future<Void> close() {
        return broker.close();
    }
}
