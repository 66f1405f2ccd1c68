package dev.millipede.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import dev.millipede.support.TlsFiles;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AuthConfigTest {
    @TempDir
    Path folder;

    @Test
    void anEmptySectionLetsNobodyIn() {
        assertThat(SectionReading.of(AuthConfig::read, "{}").config()).isEqualTo(AuthConfig.DEFAULTS);
        assertThat(AuthConfig.DEFAULTS.hasKeys()).isFalse();
        assertThat(AuthConfig.DEFAULTS.anonymous()).isFalse();
    }

    @Test
    void everyKeyIsRead() {
        String json = """
                {"anonymous": true, "hmacSecret": "hunter2", "previousHmacSecret": "hunter1",
                 "jwks": {"url": "https://id.example.com/jwks", "refresh": "1m", "timeout": "1s", "keepFor": "1h", "ca": "ca.pem"},
                 "audience": "node", "issuer": "me", "requireExpiry": true, "expiryGrace": "0s",
                 "revocation": {"users": true, "tokens": true, "ttl": "2h"}, "insecure": true}
                """;

        assertThat(SectionReading.of(AuthConfig::read, json).config())
                .isEqualTo(new AuthConfig(
                        true,
                        "hunter2",
                        "hunter1",
                        null,
                        null,
                        new JwksConfig(
                                "https://id.example.com/jwks",
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(1),
                                Duration.ofHours(1),
                                "ca.pem"),
                        "node",
                        "me",
                        true,
                        Duration.ZERO,
                        new RevocationConfig(true, true, Duration.ofHours(2)),
                        true));
    }

    @Test
    void secretsAreMaskedInPrintAndInProblems() {
        SectionReading<AuthConfig> reading = SectionReading.of(
                AuthConfig::read,
                "{\"hmacSecret\": \"hunter2\", \"previousHmacSecret\": \"hunter1\","
                        + " \"jwks\": {\"url\": \"https://id.example.com/?password=hunter3\"}}");

        assertThat(reading.problems()).isEmpty();
        assertThat(reading.config().toString())
                .contains("hmacSecret=***", "previousHmacSecret=***")
                .doesNotContain("hunter");
        assertThat(SectionReading.of(AuthConfig::read, "{\"hmacSecret\": [\"hunter2\"]}")
                        .printed())
                .isEqualTo("test has 1 problem\n  hmacSecret   ***    must be a string");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"previousHmacSecret": "hunter2"}                            | previousHmacSecret: needs hmacSecret
            {"publicKey": "no/such/file.pem"}                            | publicKey: cannot be read
            {"jwks": {"url": "ftp://id.example.com/jwks"}}               | jwks.url: must be an http or https address
            {"jwks": {"url": "https:///jwks"}}                           | jwks.url: must be an http or https address
            {"jwks": {"url": "https://ann:hunter2@id.example.com/"}}     | jwks.url: must be an http or https address
            {"jwks": {"url": "https://id.example.com:99999/"}}           | jwks.url: must be an http or https address
            {"jwks": {"url": "https://id example.com/"}}                 | jwks.url: must be an http or https address
            {"jwks": {"keepFor": "1m"}}                                  | jwks.keepFor: must not be shorter than refresh
            {"jwks": {"timeout": "0s"}}                                  | jwks.timeout: must be between 100ms and 5s
            {"jwks": {"timeout": "5001ms"}}                              | jwks.timeout: must be between 100ms and 5s
            {"expiryGrace": "11m"}                                       | expiryGrace: must be between 0ms and 10m
            {"requireExpiry": false, "revocation": {"users": true}}      | requireExpiry: must be true where tokens can be revoked
            {"requireExpiry": false, "revocation": {"tokens": true}}     | requireExpiry: must be true where tokens can be revoked
            """)
    void whatCannotBeUsedIsAProblem(String json, String problem) {
        SectionReading<AuthConfig> reading = SectionReading.of(AuthConfig::read, json);

        assertThat(reading.problems()).singleElement().asString().startsWith(problem);
        assertThat(reading.printed()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @EnumSource(names = {"RS256", "ES256", "ES384", "ES512", "EDDSA"})
    void aPublicKeyOfEachKindIsTaken(Algorithm algorithm) {
        assertThat(keyFile(Signer.of(algorithm).publicPem()).problems()).isEmpty();
    }

    @Test
    void theKeyOfACertificateIsTaken() {
        String certificate = TlsFiles.in(folder).certificate().toString();

        assertThat(SectionReading.of(AuthConfig::read, "{\"publicKey\": \"" + certificate + "\"}")
                        .problems())
                .isEmpty();
    }

    @Test
    void whatStandsAroundAKeyInItsFileIsSkipped() {
        assertThat(keyFile("Key of 2026\r\n\n"
                                + Signer.of(Algorithm.ES256).publicPem().replace("\n", "\r\n") + "\n\n")
                        .problems())
                .isEmpty();
    }

    @Test
    void otherKeysAreProblems() throws GeneralSecurityException {
        assertThat(keyFile(Signer.pem("PUBLIC KEY", Signer.rsa(1024).getPublic()))
                        .problems())
                .containsExactly("publicKey: an RSA key must have between 2048 and 8192 bits");
        KeyPair x25519 = KeyPairGenerator.getInstance("X25519").generateKeyPair();
        assertThat(keyFile(Signer.pem("PUBLIC KEY", x25519.getPublic())).problems())
                .containsExactly("publicKey: must be an RSA, P-256, P-384, P-521 or Ed25519 key");
        KeyPair ed448 = KeyPairGenerator.getInstance("Ed448").generateKeyPair();
        assertThat(keyFile(Signer.pem("PUBLIC KEY", ed448.getPublic())).problems())
                .containsExactly("publicKey: must be an RSA, P-256, P-384, P-521 or Ed25519 key");
        assertThat(keyFile(Signer.pem("PRIVATE KEY", Signer.rsa(2048).getPrivate()))
                        .problems())
                .containsExactly("publicKey: must hold a PUBLIC KEY or a CERTIFICATE in PEM");
        assertThat(keyFile("").problems()).containsExactly("publicKey: must hold a key in PEM");
        assertThat(keyFile("x".repeat(100_000)).problems())
                .containsExactly("publicKey: is no key file, it is too long");
        assertThat(keyFile("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
                        .problems())
                .containsExactly("publicKey: must be an RSA, P-256, P-384, P-521 or Ed25519 key");
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        String file = folder.resolve("missing.pem").toString();

        assertThat(SectionReading.of(
                                AuthConfig::read,
                                "{\"previousHmacSecret\": \"x\", \"publicKey\": \"" + file
                                        + "\", \"previousPublicKey\": \"" + file
                                        + "\", \"jwks\": {\"url\": \"https://id.example.com/jwks\"}}")
                        .problems())
                .isEqualTo(List.of(
                        "previousHmacSecret: needs hmacSecret",
                        "publicKey: cannot be read",
                        "previousPublicKey: cannot be read",
                        "publicKey: cannot be used together with jwks.url"));
    }

    private SectionReading<AuthConfig> keyFile(String text) {
        Path file = Signer.write(folder, text);
        return SectionReading.of(AuthConfig::read, "{\"publicKey\": \"" + file + "\"}");
    }
}
