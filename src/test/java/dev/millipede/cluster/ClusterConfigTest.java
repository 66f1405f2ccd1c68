package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterConfigTest {
    @Test
    void anEmptySectionIsAlone() {
        assertThat(SectionReading.of(ClusterConfig::read, "{}").config()).isEqualTo(ClusterConfig.DEFAULTS);
    }

    @Test
    void everyKeyIsReadAndTheSecretIsMaskedInPrint() {
        SectionReading<ClusterConfig> reading = SectionReading.of(ClusterConfig::read, """
                {"enabled": true, "host": "10.0.0.7", "port": 5702, "busPort": 6000,
                 "members": ["10.0.0.7:5701", "node-b", "[fe80::1]:5701"], "secret": "hunter2"}
                """);

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config())
                .isEqualTo(new ClusterConfig(
                        true, "10.0.0.7", 5702, 6000, List.of("10.0.0.7:5701", "node-b", "[fe80::1]:5701"), "hunter2"));
        assertThat(reading.config().toString()).contains("secret=***").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"5701,0,5801", "5701,6000,6000", "0,0,0", "0,6000,6000"})
    void theBusPortIsAHundredAboveUnlessSet(int port, int busPort, int effective) {
        assertThat(new ClusterConfig(true, "127.0.0.1", port, busPort, List.of(), null).effectiveBusPort())
                .isEqualTo(effective);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0",
                "0.0",
                "00.0.0.0",
                "::",
                "[::]",
                "::0",
                "0:0:0:0:0:0:0:0",
                "::0.0.0.0",
                "::ffff:0.0.0.0",
                "*"
            })
    void aWildcardIsNoHost(String host) {
        assertThat(SectionReading.of(
                                ClusterConfig::read,
                                new JsonObject().put("host", host).encode())
                        .problems())
                .containsExactly("host: must be one address, the one that the other nodes reach this one at");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "0.0.0.1", "::1", "fe80::", "::ffff:10.0.0.1", "node-0", "0x"})
    void oneAddressOrNameIsAHost(String host) {
        assertThat(SectionReading.of(
                                ClusterConfig::read,
                                new JsonObject().put("host", host).encode())
                        .problems())
                .isEmpty();
    }

    @Test
    void aMemberWithoutAPortIsAskedAtTheDefaultOneWhateverOursIs() {
        assertThat(new ClusterConfig(
                                true,
                                "10.0.0.7",
                                6000,
                                0,
                                List.of("node-b", "10.0.0.7:6000", "[fe80::1]", "[::1]:1"),
                                null)
                        .memberAddresses())
                .containsExactly("node-b:5701", "10.0.0.7:6000", "[fe80::1]:5701", "[::1]:1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"members": ["http://10.0.0.7"]} | members: must hold addresses, for example "10.0.0.7:5701"
            {"members": ["a b"]}             | members: must hold addresses, for example "10.0.0.7:5701"
            {"members": ["a:0"]}             | members: must hold addresses, for example "10.0.0.7:5701"
            {"members": ["a:65536"]}         | members: must hold addresses, for example "10.0.0.7:5701"
            {"port": 6000, "busPort": 6000}  | busPort: taken by port, use another
            {"port": 65500}                  | busPort: port + 100 is beyond 65535, set busPort itself
            {"busPort": 65536}               | busPort: must be between 0 and 65535
            {"member": []}                   | member: unknown key, did you mean "members"?
            """)
    void whatCannotBeUsedIsAProblem(String json, String problem) {
        assertThat(SectionReading.of(ClusterConfig::read, json).problems()).containsExactly(problem);
    }
}
