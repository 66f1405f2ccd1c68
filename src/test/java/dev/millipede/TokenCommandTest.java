package dev.millipede;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.AuthConfig;
import dev.millipede.auth.Authentication;
import dev.millipede.auth.Authenticators;
import dev.millipede.auth.Identity;
import dev.millipede.auth.TokenVerdict;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.config.ConfigCursor;
import dev.millipede.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TokenCommandTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final long NOW = 1_800_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(NOW));
    private static final Map<String, String> WITH_SECRET = Map.of(TokenCommand.SECRET_VARIABLE, SECRET);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void oneUserGetsOneLineThatVerifies() {
        assertThat(run(WITH_SECRET, "--user", "ann")).isZero();

        assertThat(lines()).hasSize(1);
        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("ann", NOW + 86_400));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void manyUsersGetOneLineEach() {
        assertThat(run(WITH_SECRET, "--count", "15000", "--ttl", "0")).isZero();

        assertThat(lines()).hasSize(15_000).doesNotHaveDuplicates();
        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("u0", 0));
        assertThat(verify(SECRET, lines().get(14_999))).isEqualTo(valid("u14999", 0));
        assertThat(err.toString())
                .isEqualTo("millipede token: without an expiry nodes refuse it unless auth.requireExpiry is false"
                        + System.lineSeparator());
    }

    @Test
    void numberedUsersMayHaveAPrefix() {
        assertThat(run(WITH_SECRET, "--count", "2", "--prefix", "bot-")).isZero();

        assertThat(lines()).hasSize(2);
        assertThat(verify(SECRET, lines().get(1))).isEqualTo(valid("bot-1", NOW + 86_400));
    }

    @ParameterizedTest
    @CsvSource({"90s, 90", "30m, 1800", "24h, 86400", "7d, 604800"})
    void timesHaveAUnit(String ttl, long seconds) {
        assertThat(run(WITH_SECRET, "--user", "ann", "--ttl", ttl)).isZero();

        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("ann", NOW + seconds));
    }

    @Test
    void theAnonymousUserIsTheEmptyName() {
        assertThat(run(WITH_SECRET, "--user", "", "--ttl", "0")).isZero();

        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("", 0));
    }

    @Test
    void theSecretComesFromTheOptionThenTheEnvironmentThenTheFile() throws Exception {
        Path config = Files.writeString(
                folder.resolve("node.json"),
                "{\"http\":{\"port\":\"wrong\"},\"auth\":{\"hmacSecret\":\"of the file\"}}");

        run(WITH_SECRET, "--user", "ann", "--config", config.toString(), "--secret", "of the option");
        run(WITH_SECRET, "--user", "ann", "--config", config.toString());
        run(Map.of(), "--user", "ann", "--config", config.toString());

        assertThat(verify("of the option", lines().get(0))).isInstanceOf(Valid.class);
        assertThat(verify(SECRET, lines().get(1))).isInstanceOf(Valid.class);
        assertThat(verify("of the file", lines().get(2))).isInstanceOf(Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"auth\":{}}",
                "{\"auth\":{\"hmacSecret\":\"\"}}",
                "{\"auth\":{\"hmacSecret\":7}}",
                "{\"auth\":[]}"
            })
    void withoutASecretItSaysWhereToPutOne(String json) throws Exception {
        Path config = Files.writeString(folder.resolve("node.json"), json);

        assertThat(run(Map.of(), "--user", "ann", "--config", config.toString()))
                .isEqualTo(2);
        assertThat(run(Map.of(), "--user", "ann")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("no secret", TokenCommand.SECRET_VARIABLE, "--config"));
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws Exception {
        Path config = Files.writeString(folder.resolve("node.json"), "{\"auth\":");
        Path missing = folder.resolve("missing.json");

        assertThat(run(Map.of(), "--user", "ann", "--config", config.toString()))
                .isEqualTo(2);
        assertThat(run(Map.of(), "--user", "ann", "--config", missing.toString()))
                .isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).contains(config + " is not a JSON object", "cannot read " + missing);
    }

    @Test
    void badCommandLinesExitWithTwoAndPrintNothing() {
        assertThat(run(WITH_SECRET)).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--count", "3")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--prefix", "x")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--count", "0")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--count", "many")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "two words")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--count", "1", "--prefix", "\u00fc")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--ttl", "24")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--channel", "two words")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--client", "c")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--ttl", "-1h")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"RSA, RS256", "P-256, ES256", "P-384, ES384", "P-521, ES512", "Ed25519, EdDSA"})
    void aPrivateKeySignsAsItsKindIs(String kind, String algorithm) throws Exception {
        KeyPair pair = keyPair(kind);
        Path key = write("PRIVATE KEY", pair.getPrivate());
        Path publicKey = write("PUBLIC KEY", pair.getPublic());

        assertThat(run(Map.of(), "--user", "ann", "--key", key.toString())).isZero();

        String token = lines().get(0);
        String header = new String(Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))), UTF_8);
        assertThat(new JsonObject(header).getString("alg")).isEqualTo(algorithm);
        assertThat(verifyWith(publicKey, token)).isEqualTo(valid("ann", NOW + 86_400));
    }

    private static TokenVerdict verifyWith(Path publicKey, String token) {
        Vertx vertx = Vertx.vertx();
        try {
            AuthConfig config =
                    AuthConfig.read(ConfigCursor.of(new JsonObject().put("publicKey", publicKey.toString())));
            return new Authentication(vertx, config, CLOCK, new Metrics(List.of(), 0))
                    .authenticator()
                    .identify(token)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static KeyPair keyPair(String kind) throws Exception {
        if (kind.startsWith("P-")) {
            KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
            curves.initialize(new ECGenParameterSpec("secp" + kind.substring(2) + "r1"));
            return curves.generateKeyPair();
        }
        return KeyPairGenerator.getInstance(kind).generateKeyPair();
    }

    private Path write(String kind, Key key) throws Exception {
        String body = Base64.getMimeEncoder().encodeToString(key.getEncoded());
        return Files.writeString(
                folder.resolve(kind.replace(' ', '-') + ".pem"),
                "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    @Test
    void aKeyThatCannotSignIsSaid() throws Exception {
        Path file = write("EC PRIVATE KEY", keyPair("P-256").getPrivate());

        assertThat(run(Map.of(), "--user", "ann", "--key", file.toString())).isEqualTo(2);
        assertThat(run(Map.of(), "--user", "ann", "--key", "no/such/file")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("openssl pkcs8 -topk8 -nocrypt", "no/such/file cannot be read");
    }

    @Test
    void aTokenMaySayMore() {
        assertThat(run(
                        WITH_SECRET,
                        "--user",
                        "ann",
                        "--channel",
                        "$private:1",
                        "--client",
                        "c",
                        "--jti",
                        "id-1",
                        "--audience",
                        "node",
                        "--issuer",
                        "me"))
                .isZero();

        String payload = lines().get(0).split("\\.", -1)[1];
        JsonObject claims = new JsonObject(new String(Base64.getUrlDecoder().decode(payload), UTF_8));
        assertThat(claims)
                .isEqualTo(new JsonObject()
                        .put("sub", "ann")
                        .put("iat", NOW)
                        .put("exp", NOW + 86_400)
                        .put("channel", "$private:1")
                        .put("client", "c")
                        .put("jti", "id-1")
                        .put("aud", "node")
                        .put("iss", "me"));
    }

    @Test
    void helpNamesTheOptionsAndNeverASecret() {
        assertThat(run(WITH_SECRET, "--help")).isZero();

        assertThat(out.toString())
                .contains(
                        "--user", "--count", "--prefix", "--ttl", "--config", "--secret", TokenCommand.SECRET_VARIABLE)
                .doesNotContain(SECRET);
    }

    private int run(Map<String, String> environment, String... args) {
        return new CommandLine(new TokenCommand(environment, CLOCK))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    private static TokenVerdict verify(String secret, String token) {
        return Authenticators.of(secret, false, CLOCK, new Metrics(List.of(), 0))
                .identify(token)
                .result();
    }

    private static TokenVerdict valid(String user, long expiresAt) {
        return new Valid(new Identity(user, null, expiresAt), List.of(), "", NOW);
    }
}
