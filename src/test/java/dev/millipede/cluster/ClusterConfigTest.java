package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"members": ["http://10.0.0.7"]} | members: must hold addresses, for example "10.0.0.7:5701"
            {"members": ["a b"]}             | members: must hold addresses, for example "10.0.0.7:5701"
            {"port": 65500}                  | busPort: port + 100 is beyond 65535, set busPort itself
            {"busPort": 65536}               | busPort: must be between 0 and 65535
            {"member": []}                   | member: unknown key, did you mean "members"?
            """)
    void whatCannotBeUsedIsAProblem(String json, String problem) {
        assertThat(SectionReading.of(ClusterConfig::read, json).problems()).containsExactly(problem);
    }
}
