package dev.millipede.backplane;

import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.backplane.redis.RedisBackplane;
import dev.millipede.backplane.redis.Registration;
import dev.millipede.channel.Channel;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.support.Eventually;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RedisRights;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** As a user with the rights of the documentation and no other, behind a prefix. */
class RedisRegistryIT extends RegistryContract {
    private static final RedisProcess REDIS = RedisProcess.start();

    private BooleanSupplier holdsLease = () -> false;

    @BeforeAll
    static void allow() {
        RedisRights.allow(REDIS, "gateway", "secret", RedisRights.documented());
        REDIS.command("ACL", "SETUSER", "gateway", "&mp.millipede:probe:*");
    }

    @AfterAll
    static void closeRedis() {
        Object refused = REDIS.command("ACL", "LOG");
        REDIS.close();
        Assertions.assertEquals("[]", String.valueOf(refused), "what the documentation does not grant");
    }

    @Override
    protected Future<Backplane> open(Vertx vertx) {
        RedisConfig config =
                new RedisConfig(REDIS.unixUri(), "gateway", "secret", "mp.", null, RedisConfig.DEFAULTS.sentinel());
        Registration registration = new Registration(UUID.randomUUID().toString(), true, () -> {
            throw new AssertionError("Redis was not asked");
        });
        RedisBackplane backplane = new RedisBackplane(vertx, config, NAMESPACES, PlainMessage::ofText, registration);
        holdsLease = backplane::holdsLease;
        return Future.succeededFuture(backplane);
    }

    @BeforeEach
    void awaitLease() {
        Eventually.until(holdsLease::getAsBoolean, held -> held);
    }

    @Override
    protected void untilExpired(Duration kept, Revocation revocation) {
        String key = "millipede:revoked:mp.u:" + ((OfUser) revocation).user();
        Eventually.until(() -> REDIS.command("EXISTS", key), Long.valueOf(0)::equals);
    }

    @Override
    protected void untilHistoryExpires(Channel channel) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void untilPositionExpires(Channel channel) {
        throw new UnsupportedOperationException();
    }
}
