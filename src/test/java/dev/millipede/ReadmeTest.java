package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    @Test
    void theLinesOfNodeInTheReadmeAreTheOnesThatATestRuns() throws IOException {
        String lines = Files.readString(Path.of("src/test/sdk/readme.mjs"));

        assertThat(Files.readString(Path.of("README.md"))).contains("```js\n" + lines.strip() + "\n```");
    }
}
