package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpConfigTest {
    @Test
    void anEmptySectionIsTheDefaults() {
        assertThat(SectionReading.of(HttpConfig::read, "{}"))
                .isEqualTo(new SectionReading<>(HttpConfig.DEFAULTS, List.of(), "test has 0 problems"));
    }

    @Test
    void everyKeyIsRead() {
        SectionReading<HttpConfig> reading = SectionReading.of(HttpConfig::read, """
                {"host": "0.0.0.0", "port": 0, "allowedOrigins": ["https://Chat.example.com:8443", "app://x"],
                 "tls": {"certificate": "cert.pem", "key": "key.pem"}}
                """);

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config())
                .isEqualTo(new HttpConfig(
                        "0.0.0.0",
                        0,
                        List.of("https://chat.example.com:8443", "app://x"),
                        new HttpConfig.TlsFiles("cert.pem", "key.pem")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"host": ""}                                    | host: must not be empty
            {"port": 65536}                                 | port: must be between 0 and 65535
            {"port": -1}                                    | port: must be between 0 and 65535
            {"allowedOrigins": ["null"]}                    | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://example.com/"]}    | allowedOrigins: must hold origins
            {"allowedOrigins": ["example.com"]}             | allowedOrigins: must hold origins
            {"allowedOrigins": ["*"]}                       | allowedOrigins: must hold origins
            {"tls": {"certificate": "c.pem"}}               | tls.key: must be set where certificate is
            {"tls": {"key": "k.pem"}}                       | tls.certificate: must be set where key is
            {"prot": 1}                                     | prot: unknown key, did you mean "port"?
            """)
    void whatCannotBeUsedIsAProblem(String json, String problem) {
        assertThat(SectionReading.of(HttpConfig::read, json).problems())
                .singleElement()
                .asString()
                .startsWith(problem);
    }
}
