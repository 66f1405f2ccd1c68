package dev.millipede.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackplaneConfigTest {
    private static final String REDIS =
            "{\"type\": \"redis\", \"redis\": {\"uri\": \"rediss://:hunter2@redis:6380/1\"}}";

    @Test
    void anEmptySectionIsMemory() {
        assertThat(SectionReading.of(BackplaneConfig::read, "{}").config()).isEqualTo(BackplaneConfig.DEFAULTS);
    }

    @Test
    void everyKeyIsReadAndThePasswordIsMaskedInPrint() {
        SectionReading<BackplaneConfig> reading = SectionReading.of(BackplaneConfig::read, REDIS);

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config())
                .isEqualTo(new BackplaneConfig(BackplaneConfig.Type.REDIS, "rediss://:hunter2@redis:6380/1"))
                .hasToString("BackplaneConfig[type=REDIS, redisUri=rediss://***@redis:6380/1]");
    }

    @Test
    void aVariableSetsTheUri() {
        assertThat(SectionReading.of(
                                root -> BackplaneConfig.read(root.section("backplane")),
                                "{}",
                                Map.of("MILLIPEDE_BACKPLANE_REDIS_URI", "unix:///run/redis.sock"))
                        .config()
                        .redisUri())
                .isEqualTo("unix:///run/redis.sock");
    }

    @Test
    void aUriOfAnotherKindIsAProblemThatDoesNotShowIt() {
        SectionReading<BackplaneConfig> reading = SectionReading.of(
                BackplaneConfig::read, "{\"type\": \"kafka\", \"redis\": {\"uri\": \"hunter2@host\"}}");

        assertThat(reading.problems())
                .containsExactly(
                        "type: must be one of memory, redis",
                        "redis.uri: must begin with redis://, rediss:// or unix://");
        assertThat(reading.printed()).doesNotContain("hunter2");
    }
}
