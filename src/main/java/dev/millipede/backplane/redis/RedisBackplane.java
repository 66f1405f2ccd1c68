package dev.millipede.backplane.redis;

import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.Broker;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The backplane of all nodes that share a Redis. Connects when its broker is listened to, goes on trying while there is no
 * Redis, and comes back by itself; until then it is not ready and says no.
 */
public final class RedisBackplane implements Backplane {
    private final RedisBroker broker;
    private final Messages messages;

    /**
     * Connects to nothing yet.
     *
     * @param namespaces whose channels there are
     * @param plain makes a payload of a message that no node wrote, null when it cannot; safe on any thread
     */
    public RedisBackplane(
            Vertx vertx, RedisConfig config, Namespaces namespaces, Function<byte[], @Nullable Payload> plain) {
        this.messages = new Messages(config.prefix(), namespaces, plain);
        this.broker = new RedisBroker(
                new Connector(vertx, config),
                messages,
                // Not the default one: two nodes that start in the same moment must not make up the same numbers.
                new SplittableRandom(new SecureRandom().nextLong()));
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
    public dev.millipede.backplane.UserCounts userCounts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public dev.millipede.backplane.Revocations revocations() {
        throw new UnsupportedOperationException();
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
