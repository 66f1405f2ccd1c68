package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import dev.millipede.tls.TlsFiles;
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
                {"listen": ["0.0.0.0:0", "[::1]:8001", "chat.example.com:443"], "reusePort": true, "backlog": 512,
                 "whenFull": "wait", "clientAddress": "proxy", "trustedProxies": ["10.1.2.3/8", "fd00::7"],
                 "allowedOrigins": ["https://Chat.example.com:8443", "app://x"],
                 "maxHeaderBytes": "8KiB", "maxLineBytes": "1KiB",
                 "tls": {"certificate": "cert.pem", "key": "key.pem"}}
                """);

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config())
                .isEqualTo(new HttpConfig(
                        List.of(
                                new ListenAddress("0.0.0.0", 0),
                                new ListenAddress("::1", 8001),
                                new ListenAddress("chat.example.com", 443)),
                        false,
                        true,
                        512,
                        HttpConfig.WhenFull.WAIT,
                        ClientAddress.Source.PROXY,
                        new AddressRanges(List.of(
                                new AddressRanges.Range("0a000000", 8),
                                new AddressRanges.Range("fd000000000000000000000000000007", 128))),
                        List.of("https://chat.example.com:8443", "app://x"),
                        8 << 10,
                        1 << 10,
                        new TlsFiles("cert.pem", "key.pem")));
    }

    @Test
    void originsAreKeptAsBrowsersWriteThem() {
        String json = """
                {"allowedOrigins": ["https://A.example:443", "http://a.example:80", "http://a.example:443",
                                    "https://*.Example.com", "http://[::1]:8000", "*"]}
                """;

        assertThat(SectionReading.of(HttpConfig::read, json).config().allowedOrigins())
                .containsExactly(
                        "https://a.example",
                        "http://a.example",
                        "http://a.example:443",
                        "https://*.example.com",
                        "http://[::1]:8000",
                        "*");
    }

    @Test
    void hostAndPortAreTheShortForm() {
        assertThat(SectionReading.of(HttpConfig::read, "{\"host\": \"0.0.0.0\", \"port\": 0}")
                        .config())
                .isEqualTo(HttpConfig.at(new ListenAddress("0.0.0.0", 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"host": ""}                                    | host: must not be empty
            {"port": 65536}                                 | port: must be between 0 and 65535
            {"port": -1}                                    | port: must be between 0 and 65535
            {"listen": ["8000"]}                            | listen: must hold addresses with a port
            {"listen": ["::1:8000"]}                        | listen: must hold addresses with a port
            {"listen": ["a:65536"]}                         | listen: must hold addresses with a port
            {"listen": ["a:1"], "port": 8001}               | listen: says where in place of host and port
            {"backlog": 0}                                  | backlog: must be between 1 and 65535
            {"whenFull": "drop"}                            | whenFull: must be one of refuse, wait
            {"clientAddress": "proxy"}                      | clientAddress: needs trustedProxies
            {"trustedProxies": ["localhost"]}               | trustedProxies: must hold addresses or ranges
            {"trustedProxies": ["10.0.0.0/33"]}             | trustedProxies: must hold addresses or ranges
            {"trustedProxies": ["fe80::1%eth0"]}            | trustedProxies: must hold addresses or ranges
            {"allowedOrigins": ["null"]}                    | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://example.com/"]}    | allowedOrigins: must hold origins
            {"allowedOrigins": ["example.com"]}             | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://*"]}               | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://*.*.example"]}     | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://a.*.example"]}     | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://*example.com"]}    | allowedOrigins: must hold origins
            {"allowedOrigins": ["*://example.com"]}         | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://me@example.com"]}  | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://example.com."]}    | allowedOrigins: must hold origins
            {"allowedOrigins": ["https://bücher.example"]}  | allowedOrigins: must hold origins
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
