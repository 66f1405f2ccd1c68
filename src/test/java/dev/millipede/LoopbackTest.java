package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.255.0.9", "::1", "0:0:0:0:0:0:0:1", "localhost", "LocalHost"})
    void theseReachOnlyThisMachine(String host) {
        assertThat(Loopback.is(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "::",
                "",
                "10.0.0.1",
                "127.0.0.1.example.com",
                "127.0.0.256",
                "127.1",
                "128.0.0.1",
                "localhost.example.com",
                "::ffff:127.0.0.1",
                "::2",
                "example.com"
            })
    void theseAreBeyond(String host) {
        assertThat(Loopback.is(host)).isFalse();
    }
}
