package dev.millipede.it;

import dev.millipede.support.RedisProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * {@code src/test/browser}: the demo page in Chromium, and with it the official SDK, on one node and on two that share a
 * Redis. Only with the profile {@code browser}, as it needs one.
 */
@Tag("browser")
final class PageIT {
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void tabsChatInTheLobbyAndUserToUserOnOneNodeAndAcrossTwo() throws Exception {
        NodeTests.requireNode();
        try (RedisProcess redis = RedisProcess.start()) {
            new NodeTests(Path.of("target/browser"))
                    .with(Path.of("src/test/browser"), Path.of("src/test/sdk/node.mjs"))
                    .with("NODE_REDIS", redis.unixUri())
                    .passes();
        }
    }
}
