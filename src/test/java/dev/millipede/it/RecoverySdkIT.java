package dev.millipede.it;

import dev.millipede.support.RedisBinary;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** {@code src/test/recovery}: the official SDK comes back to another node, and after a Redis that lost everything. */
final class RecoverySdkIT {
    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void theOfficialSdkGetsWhatItMissedAndSurvivesAnEmptyRedis() throws Exception {
        NodeTests.requireNode();
        new NodeTests(Path.of("target/recovery"))
                .with(
                        Path.of("src/test/recovery"),
                        Path.of("src/test/sdk/node.mjs"),
                        Path.of("src/test/sdk/clients.mjs"),
                        Path.of("src/test/sdk/package.json"),
                        Path.of("src/test/sdk/package-lock.json"))
                .with("NODE_REDIS_SERVER", RedisBinary.find().toAbsolutePath().toString())
                .with("MILLIPEDE_NAMESPACES_ROOM_HISTORY_SIZE", "100")
                .with("MILLIPEDE_NAMESPACES_USER_HISTORY_SIZE", "100")
                .with("MILLIPEDE_NAMESPACES_BROADCAST_HISTORY_SIZE", "100")
                // The tests' own are for a quieter machine than one with a thousand clients.
                .with("MILLIPEDE_WEBSOCKET_PINGINTERVAL", "10s")
                .with("MILLIPEDE_WEBSOCKET_PONGTIMEOUT", "5s")
                .passes();
    }
}
