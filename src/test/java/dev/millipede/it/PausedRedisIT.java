package dev.millipede.it;

import dev.millipede.support.RedisProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** {@code src/test/chaos}: a Redis that stands still while clients of the official SDK subscribe. Takes most of a minute. */
@Tag("chaos")
final class PausedRedisIT {
    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void clientsThatSubscribeWhileRedisStandsStillStayConnectedAndAreSubscribedSoonAfter() throws Exception {
        NodeTests.requireNode();
        try (RedisProcess redis = RedisProcess.start()) {
            new NodeTests(Path.of("target/chaos"))
                    .with(
                            Path.of("src/test/chaos"),
                            Path.of("src/test/sdk/node.mjs"),
                            Path.of("src/test/sdk/clients.mjs"),
                            Path.of("src/test/sdk/package.json"),
                            Path.of("src/test/sdk/package-lock.json"))
                    .with("NODE_REDIS", redis.unixUri())
                    .with("NODE_REDIS_PID", Long.toString(redis.pid()))
                    // The tests' own are for a quieter machine than one with a hundred clients.
                    .with("MILLIPEDE_WEBSOCKET_PINGINTERVAL", "10s")
                    .with("MILLIPEDE_WEBSOCKET_PONGTIMEOUT", "5s")
                    .passes();
        }
    }
}
