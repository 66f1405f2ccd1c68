package dev.millipede.backplane;

import dev.millipede.backplane.redis.RedisBackplane;
import dev.millipede.backplane.redis.Registration;
import dev.millipede.channel.Channel;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.support.Eventually;
import dev.millipede.support.RedisProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;

class RedisBackplaneIT extends HistoryContract {
    private static final RedisProcess REDIS = RedisProcess.start();

    @AfterAll
    static void closeRedis() {
        REDIS.close();
    }

    @Override
    protected Future<Backplane> open(Vertx vertx) {
        RedisConfig defaults = RedisConfig.DEFAULTS;
        RedisConfig config = new RedisConfig(REDIS.unixUri(), null, null, "", null, defaults.sentinel());
        return Future.succeededFuture(new RedisBackplane(
                vertx, config, NAMESPACES, PlainMessage::ofText, new Registration("node", false, () -> {})));
    }

    @Override
    protected void untilHistoryExpires(Channel channel) {
        untilGone("millipede:stream:" + channel.name());
    }

    @Override
    protected void untilPositionExpires(Channel channel) {
        untilGone("millipede:meta:" + channel.name());
    }

    private static void untilGone(String key) {
        Eventually.until(() -> REDIS.command("EXISTS", key), Long.valueOf(0)::equals);
    }
}
