package dev.millipede.backplane;

import dev.millipede.backplane.redis.RedisBackplane;
import dev.millipede.channel.Namespaces;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.support.RedisProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;

class RedisBackplaneIT extends BackplaneContract {
    private static final RedisProcess REDIS = RedisProcess.start();

    @AfterAll
    static void closeRedis() {
        REDIS.close();
    }

    @Override
    protected Future<Backplane> open(Vertx vertx) {
        RedisConfig defaults = RedisConfig.DEFAULTS;
        RedisConfig config = new RedisConfig(REDIS.unixUri(), null, null, "", null, defaults.sentinel());
        return Future.succeededFuture(new RedisBackplane(vertx, config, Namespaces.DEFAULTS, PlainMessage::ofText));
    }
}
