package dev.millipede.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InternalConfigTest {
    @Test
    void anEmptySectionIsTheDefaults() {
        assertThat(SectionReading.of(InternalConfig::read, "{}").config()).isEqualTo(InternalConfig.DEFAULTS);
    }

    @Test
    void keysComeFromTheFileOrFromAVariable() {
        String json = "{\"host\": \"::1\", \"port\": 9001, \"apiKeys\": [\"first\"]}";

        assertThat(SectionReading.of(InternalConfig::read, json).config())
                .isEqualTo(new InternalConfig("::1", 9001, List.of("first"), null));
        assertThat(SectionReading.of(InternalConfig::read, json, Map.of("MILLIPEDE_APIKEYS", "second, third"))
                        .config()
                        .apiKeys())
                .containsExactly("second", "third");
    }

    @Test
    void aKeyThatNoHeaderCanCarryIsAProblemThatDoesNotShowIt() {
        SectionReading<InternalConfig> reading =
                SectionReading.of(InternalConfig::read, "{\"apiKeys\": [\"hunter2 ü\"]}");

        assertThat(reading.problems()).containsExactly("apiKeys: must be printable ASCII without spaces");
        assertThat(reading.printed()).doesNotContain("hunter2");
    }

    @Test
    void keysAreMaskedInPrint() {
        assertThat(new InternalConfig("127.0.0.1", 9000, List.of("hunter2"), null))
                .hasToString("InternalConfig[host=127.0.0.1, port=9000, apiKeys=[***], tls=null]");
    }
}
