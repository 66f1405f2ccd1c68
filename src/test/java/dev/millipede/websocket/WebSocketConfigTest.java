package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketConfigTest {
    @Test
    void anEmptySectionIsTheDefaults() {
        SectionReading<WebSocketConfig> reading = SectionReading.of(WebSocketConfig::read, "{}");

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config()).isEqualTo(WebSocketConfig.DEFAULTS);
    }

    @Test
    void everyKeyIsRead() {
        SectionReading<WebSocketConfig> reading = SectionReading.of(WebSocketConfig::read, """
                {"path": "/ws", "instances": 2, "pingInterval": "1s", "pongTimeout": "500ms", "handshakeTimeout": "1m",
                 "connectTimeout": "2m", "closeTimeout": "100ms", "outboxLimit": "16KiB", "maxFrameSize": "16MiB",
                 "maxMessageSize": 16777216, "channelsPerConnection": 1, "maxConnections": 1000, "descriptorReserve": 50,
                 "connectionsPerAddress": 7, "connectionsPerUser": 8, "deliveryBudget": "1GiB",
                 "limits": {"connectionsPerSecond": 2, "connectionBurst": 3, "commandsPerSecond": 4, "publicationsPerSecond": 5,
                 "bytesPerSecond": "6KiB", "burst": "7s", "outboxBytesPerNode": 8000000000}}
                """);

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config())
                .isEqualTo(new WebSocketConfig(
                        "/ws",
                        2,
                        Duration.ofSeconds(1),
                        Duration.ofMillis(500),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(2),
                        Duration.ofMillis(100),
                        16 << 10,
                        16 << 20,
                        16 << 20,
                        1000,
                        50,
                        7,
                        1 << 30,
                        new Limits(1, 8, 2, 3, 4, 5, 6 << 10, Duration.ofSeconds(7), 8_000_000_000L)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"path": "ws"}                                    | path: must begin with / and hold no space, ? or #
            {"path": "/a b"}                                  | path: must begin with / and hold no space, ? or #
            {"instances": 65}                                 | instances: must be between 0 and 64
            {"pingInterval": "999ms", "pongTimeout": "500ms"} | pingInterval: must be between 1s and 1h
            {"pingInterval": "10s"}                           | pongTimeout: must be shorter than pingInterval
            {"pongTimeout": "25s"}                            | pongTimeout: must be shorter than pingInterval
            {"pongTimeout": "99ms"}                           | pongTimeout: must be between 100ms and 1h
            {"handshakeTimeout": "11m"}                       | handshakeTimeout: must be between 100ms and 10m
            {"connectTimeout": "0s"}                          | connectTimeout: must be between 100ms and 10m
            {"closeTimeout": "11m"}                           | closeTimeout: must be between 100ms and 10m
            {"outboxLimit": "15KiB"}                          | outboxLimit: must be between 16KiB and 64MiB
            {"outboxLimit": "65MiB"}                          | outboxLimit: must be between 16KiB and 64MiB
            {"maxFrameSize": "128KiB"}                        | maxMessageSize: must not be smaller than maxFrameSize
            {"maxFrameSize": 1023}                            | maxFrameSize: must be between 1KiB and 16MiB
            {"maxMessageSize": "17MiB"}                       | maxMessageSize: must be between 1KiB and 16MiB
            {"channelsPerConnection": 0}                      | channelsPerConnection: must be between 1 and 10000
            {"channelsPerConnection": 10001}                  | channelsPerConnection: must be between 1 and 10000
            {"maxConnections": -1}                            | maxConnections: must be between 0 and 10000000
            {"descriptorReserve": -1}                         | descriptorReserve: must be between 0 and 1000000
            {"deliveryBudget": "512KiB"}                      | deliveryBudget: must be between 1MiB and 1GiB
            """)
    void whatCannotBeUsedIsAProblem(String json, String problem) {
        assertThat(SectionReading.of(WebSocketConfig::read, json).problems()).containsExactly(problem);
    }
}
