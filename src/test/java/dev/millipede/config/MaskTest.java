package dev.millipede.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskTest {
    @ParameterizedTest
    @CsvSource({
        "redis://127.0.0.1:6379,redis://127.0.0.1:6379",
        "redis://:hunter2@host:6379/1,redis://***@host:6379/1",
        "rediss://user:hunter2@host,rediss://***@host",
        "redis://user:hun/ter@2@host,redis://***@host",
        "user:hunter2@host,***@host",
        "unix:///run/redis.sock?password=hunter2&select=1,unix:///run/redis.sock?password=***&select=1"
    })
    void aUriIsShownWithoutItsPassword(String uri, String shown) {
        assertThat(Mask.uri(uri)).isEqualTo(shown);
    }

    @Test
    void aSecretIsShownAsThereOrNot() {
        assertThat(Mask.secret("hunter2")).isEqualTo("***");
        assertThat(Mask.secret(null)).isEqualTo("none");
        assertThat(Mask.secrets(List.of("hunter2", "hunter3"))).isEqualTo("[***, ***]");
    }
}
