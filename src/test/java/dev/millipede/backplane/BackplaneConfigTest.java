package dev.millipede.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackplaneConfigTest {
    private static final String REDIS = """
            {"type": "redis", "redis": {
                "uri": "rediss://:hunter2@redis:6380/1", "user": "gate", "password": "hunter3", "prefix": "mp.",
                "ca": "ca.pem",
                "sentinel": {"master": "main", "nodes": ["s1:26379"], "user": "watch", "password": "hunter4"}}}""";

    @Test
    void anEmptySectionIsMemory() {
        assertThat(SectionReading.of(BackplaneConfig::read, "{}").config()).isEqualTo(BackplaneConfig.DEFAULTS);
    }

    @Test
    void everyKeyIsReadAndPasswordsAreMaskedInPrint() {
        SectionReading<BackplaneConfig> reading = SectionReading.of(BackplaneConfig::read, REDIS);

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config())
                .isEqualTo(new BackplaneConfig(
                        BackplaneConfig.Type.REDIS,
                        new RedisConfig(
                                "rediss://:hunter2@redis:6380/1",
                                "gate",
                                "hunter3",
                                "mp.",
                                "ca.pem",
                                new SentinelConfig("main", List.of("s1:26379"), "watch", "hunter4"))));
        assertThat(reading.config().toString())
                .contains("uri=rediss://***@redis:6380/1", "password=***")
                .doesNotContain("hunter");
    }

    @Test
    void aVariableSetsTheUri() {
        assertThat(SectionReading.of(
                                root -> BackplaneConfig.read(root.section("backplane")),
                                "{}",
                                Map.of("MILLIPEDE_BACKPLANE_REDIS_URI", "unix:///run/redis.sock"))
                        .config()
                        .redis()
                        .uri())
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:hunter2#x@host",
                "redis://host?password=hunter2",
                "unix:///run/redis.sock?password=hunter2",
                "redis://:6379",
                "redis://a b",
                "redis://host/x",
                "unix://",
                "redis://h:x"
            })
    void aUriThatIsNoAddressIsAProblemThatDoesNotShowIt(String uri) {
        SectionReading<BackplaneConfig> reading =
                SectionReading.of(BackplaneConfig::read, "{\"redis\": {\"uri\": \"" + uri + "\"}}");

        assertThat(reading.problems()).hasSize(1).allMatch(problem -> problem.startsWith("redis.uri: "));
        assertThat(reading.printed()).doesNotContain("hunter2");
    }

    @Test
    void whatBelongsTogetherIsNeededTogether() {
        assertThat(SectionReading.of(
                                BackplaneConfig::read,
                                "{\"redis\": {\"user\": \"x\", \"prefix\": \"a b\", \"sentinel\": {\"master\": \"m\"}}}")
                        .problems())
                .containsExactlyInAnyOrder(
                        "redis.user: needs a password",
                        "redis.prefix: must be up to 64 printable ASCII characters without space",
                        "redis.sentinel.nodes: is needed with master");
        assertThat(SectionReading.of(
                                BackplaneConfig::read,
                                "{\"redis\": {\"uri\": \"unix:///x\", \"sentinel\": {\"master\": \"m\", \"nodes\": [\"h\"]}}}")
                        .problems())
                .containsExactlyInAnyOrder(
                        "redis.sentinel.nodes: must hold addresses, for example \"10.0.0.7:26379\"",
                        "redis.uri: with a sentinel must begin with redis:// or rediss://");
        assertThat(SectionReading.of(BackplaneConfig::read, "{\"redis\": {\"sentinel\": {\"nodes\": [\"h:1\"]}}}")
                        .problems())
                .containsExactly("redis.sentinel.master: is needed with nodes");
    }
}
