package dev.millipede.it;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** {@code src/test/sdk}: the official SDK, npm centrifuge, against a node. */
final class SdkIT {
    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void theOfficialSdkConnectsSubscribesPublishesRefreshesAndReconnects() throws Exception {
        NodeTests.requireNode();
        new NodeTests(Path.of("target/sdk")).with(Path.of("src/test/sdk")).passes();
    }
}
