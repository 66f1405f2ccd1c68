package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {
    private static final List<String> WILD = List.of("https://*.example.org");

    /** A header may have 64 KiB, and the stack of an event loop a megabyte. */
    @ParameterizedTest
    @CsvSource({"a.,true", "..,false", "a/.,false"})
    void anOriginOfManyLabelsIsJudgedAsAnyOther(String label, boolean allowed) {
        String origin = "https://" + label.repeat(30_000) + "a.example.org";

        assertThat(Origins.allowed(List.of(origin), "app.example.org", WILD)).isEqualTo(allowed);
    }
}
