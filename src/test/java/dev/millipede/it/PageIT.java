package dev.millipede.it;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** {@code src/test/browser}: the demo page in Chromium. Only with the profile {@code browser}, as it needs one. */
@Tag("browser")
final class PageIT {
    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void twoTabsChatInTheLobbyAndUserToUser() throws Exception {
        NodeTests.requireNode();
        new NodeTests(Path.of("target/browser"))
                .with(Path.of("src/test/browser"), Path.of("src/test/sdk/node.mjs"))
                .passes();
    }
}
