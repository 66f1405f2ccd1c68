package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm against everything that is tried with tokens. */
class TokenTableTest {
    private static final long NOW = 1_800_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(NOW));
    private static final String GOOD = claims("");
    private static final Map<Algorithm, Signer> CURRENT = new EnumMap<>(Algorithm.class);
    private static final Map<Algorithm, Signer> PREVIOUS = new EnumMap<>(Algorithm.class);
    private static final Map<Algorithm, Authenticator> NODES = new EnumMap<>(Algorithm.class);

    @TempDir
    static Path folder;

    private static Vertx vertx;

    private static String claims(String more) {
        return "{\"sub\":\"42\",\"exp\":1800000060,\"iss\":\"me\",\"aud\":\"node\"" + more + "}";
    }

    /** Each node knows the keys of one algorithm and nothing else. */
    @BeforeAll
    static void keysAndNodes() {
        vertx = Vertx.vertx();
        for (Algorithm algorithm : Algorithm.values()) {
            CURRENT.put(algorithm, Signer.of(algorithm));
            PREVIOUS.put(algorithm, Signer.of(algorithm));
            NODES.put(algorithm, make(algorithm));
        }
    }

    @AfterAll
    static void close() {
        Verdicts.await(vertx.close());
    }

    private static Signer current(Algorithm algorithm) {
        return Objects.requireNonNull(CURRENT.get(algorithm));
    }

    private static Signer previous(Algorithm algorithm) {
        return Objects.requireNonNull(PREVIOUS.get(algorithm));
    }

    private static Authenticator node(Algorithm algorithm) {
        return Objects.requireNonNull(NODES.get(algorithm));
    }

    private static Authenticator make(Algorithm algorithm) {
        Signer current = current(algorithm);
        Signer previous = previous(algorithm);
        JsonObject section = new JsonObject().put("issuer", "me").put("audience", "node");
        if (algorithm.family() == Algorithm.Family.SECRET) {
            section.put("hmacSecret", current.secret).put("previousHmacSecret", previous.secret);
        } else {
            section.put("publicKey", current.publicFile(folder).toString())
                    .put("previousPublicKey", previous.publicFile(folder).toString());
        }
        return authenticator(section);
    }

    private static Authenticator authenticator(JsonObject section) {
        return new Authentication(vertx, Verdicts.config(section), CLOCK, new Metrics(List.of(), 0)).authenticator();
    }

    static Stream<Arguments> table() {
        return Stream.of(Algorithm.values())
                .flatMap(algorithm -> rows().map(row -> Arguments.of(algorithm, row[0], row[1], row[2], row[3])));
    }

    /** What is tried, more of the header, the claims, the verdict. */
    private static Stream<String[]> rows() {
        return Stream.of(
                row("good", "", GOOD, "valid"),
                row("audience in a list", "", GOOD.replace("\"node\"", "[\"x\",\"node\"]"), "valid"),
                row("wrong audience", "", GOOD.replace("\"node\"", "\"nodes\""), "audience"),
                row("wrong audiences", "", GOOD.replace("\"node\"", "[\"x\"]"), "audience"),
                row("no audience", "", GOOD.replace("\"aud\"", "\"x\""), "audience"),
                row("wrong issuer", "", GOOD.replace("\"me\"", "\"Me\""), "issuer"),
                row("no issuer", "", GOOD.replace("\"iss\"", "\"x\""), "issuer"),
                row("no exp", "", GOOD.replace("\"exp\"", "\"x\""), "no expiry"),
                row("exp null", "", GOOD.replace("1800000060", "null"), "malformed"),
                row("expired", "", GOOD.replace("1800000060", "1800000000"), "expired"),
                row("future nbf", "", claims(",\"nbf\":1800000001"), "expired"),
                row("expire_at past", "", claims(",\"expire_at\":1800000000"), "expired"),
                row("channel claim", "", claims(",\"channel\":\"room:1\""), "subscription token"),
                row("user that is no user", "", claims(",\"sub\":7"), "user"),
                row("duplicate claims, the last good", "", "{\"sub\":7,\"exp\":1," + GOOD.substring(1), "valid"),
                row("duplicate claims, the last bad", "", claims(",\"sub\":\"a b\""), "user"),
                row("crit", ",\"crit\":[\"b64\"],\"b64\":false", GOOD, "critical"),
                row("crit null", ",\"crit\":null", GOOD, "critical"),
                row("kid a path", ",\"kid\":\"../../etc/passwd\"", GOOD, "valid"),
                row("kid SQL", ",\"kid\":\"' OR 1\"", GOOD, "valid"),
                row("kid no string", ",\"kid\":{}", GOOD, "malformed"),
                row(
                        "keys in the header",
                        ",\"jku\":\"http://127.0.0.1:1/\",\"x5u\":\"http://127.0.0.1:1/\"",
                        GOOD,
                        "valid"),
                row("alg twice, the last none", ",\"alg\":\"none\"", GOOD, "algorithm"),
                row("alg twice, the last None", ",\"alg\":\"None\"", GOOD, "algorithm"),
                row("alg no string", ",\"alg\":1", GOOD, "algorithm"),
                row("no JSON", "", "x", "malformed"),
                row("a list", "", "[]", "malformed"),
                row("huge", "", claims(",\"x\":\"" + "a".repeat(8_000) + "\""), "too long"));
    }

    private static String[] row(String name, String header, String claims, String verdict) {
        return new String[] {name, header, claims, verdict};
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("table")
    void whatIsTriedWithATokenHasItsVerdict(
            Algorithm algorithm, String tried, String header, String claims, String verdict) {
        String whole = "{\"alg\":\"" + algorithm.jwa() + "\"" + header + "}";

        assertThat(Verdicts.word(node(algorithm), current(algorithm).token(whole, claims)))
                .isEqualTo(verdict);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void theKeyAndThePreviousOneAreGoodAndAnyOtherIsNot(Algorithm algorithm) {
        Authenticator node = node(algorithm);

        assertThat(Verdicts.word(node, current(algorithm).token(GOOD))).isEqualTo("valid");
        assertThat(Verdicts.word(node, previous(algorithm).token(GOOD))).isEqualTo("valid");
        assertThat(Verdicts.word(node, Signer.of(algorithm).token(GOOD))).isEqualTo("signature");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void noSignatureAndNoOtherSpellingOfOneIsTaken(Algorithm algorithm) {
        Authenticator node = node(algorithm);
        String token = current(algorithm).token(GOOD);
        String unsigned = token.substring(0, token.lastIndexOf('.'));

        assertThat(Verdicts.word(node, unsigned)).isEqualTo("malformed");
        assertThat(Verdicts.word(node, unsigned + ".")).isEqualTo("signature");
        assertThat(Verdicts.word(node, unsigned + ".AAAA")).isEqualTo("signature");
        assertThat(Verdicts.word(node, unsigned + "." + "A".repeat(token.length() - unsigned.length() - 1)))
                .as("zeros")
                .isIn("signature", "malformed");
        assertThat(Verdicts.word(node, token + "A")).isEqualTo("signature");
        assertThat(Verdicts.word(node, token + ".")).isEqualTo("malformed");
        assertThat(Verdicts.word(node, token + "=")).isEqualTo("malformed");
        assertThat(Verdicts.word(node, token + "==")).isEqualTo("malformed");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void aTokenThatSaysAnotherAlgorithmIsInvalid(Algorithm algorithm) {
        for (Algorithm other : Algorithm.values()) {
            String lie = current(algorithm).token("{\"alg\":\"" + other.jwa() + "\"}", GOOD);

            assertThat(Verdicts.word(node(algorithm), lie))
                    .as(other.jwa())
                    .isIn(other == algorithm ? List.of("valid") : List.of("algorithm", "signature"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RS256", "ES256", "EDDSA"})
    void aPublicKeyIsNoSecret(Algorithm algorithm) throws GeneralSecurityException {
        Signer known = current(algorithm);
        Authenticator withSecret = authenticator(new JsonObject()
                .put("hmacSecret", "another secret, of no concern here")
                .put("publicKey", known.publicFile(folder).toString()));
        byte[] pem = known.publicPem().getBytes(UTF_8);
        for (byte[] secret : List.of(pem, known.publicPem().strip().getBytes(UTF_8), known.der())) {
            for (String hash : List.of("256", "384", "512")) {
                String input = Signer.base64(("{\"alg\":\"HS" + hash + "\"}").getBytes(UTF_8)) + "."
                        + Signer.base64(GOOD.getBytes(UTF_8));
                String forged =
                        input + "." + Signer.base64(Signer.hmac("HmacSHA" + hash, secret, input.getBytes(UTF_8)));

                assertThat(Verdicts.word(node(algorithm), forged)).isEqualTo("algorithm");
                assertThat(Verdicts.word(withSecret, forged)).isEqualTo("signature");
            }
        }
    }

    @Test
    void theKeyBeforeMayHaveBeenOfAnotherKindOrSize() throws GeneralSecurityException {
        Signer rsa = current(Algorithm.RS256);
        String larger = Signer.write(
                        folder, Signer.pem("PUBLIC KEY", Signer.rsa(3072).getPublic()))
                .toString();
        Signer curve = current(Algorithm.ES256);
        for (String key : List.of(larger, curve.publicFile(folder).toString())) {
            Authenticator changed = authenticator(new JsonObject()
                    .put("publicKey", key)
                    .put("previousPublicKey", rsa.publicFile(folder).toString()));

            assertThat(Verdicts.word(changed, rsa.token(GOOD))).isEqualTo("valid");
        }
    }

    @Test
    void anRsaKeyVerifiesAllItsAlgorithms() {
        Signer rsa = current(Algorithm.RS256);

        assertThat(Verdicts.word(node(Algorithm.RS256), rsa.as(Algorithm.RS384).token(GOOD)))
                .isEqualTo("valid");
        assertThat(Verdicts.word(node(Algorithm.RS256), rsa.as(Algorithm.RS512).token(GOOD)))
                .isEqualTo("valid");
    }

    @Test
    void aKeyInTheHeaderIsNotFollowed() {
        Signer eve = Signer.of(Algorithm.RS256);
        String header = new JsonObject()
                .put("alg", "RS256")
                .put("jwk", eve.jwk("eve"))
                .put("x5c", List.of(Base64.getEncoder().encodeToString(eve.der())))
                .encode();

        assertThat(Verdicts.word(node(Algorithm.RS256), eve.token(header, GOOD)))
                .isEqualTo("signature");
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void noVerdictShowsTheToken(Algorithm algorithm) {
        Authenticator node = node(algorithm);
        for (String token : List.of(
                current(algorithm).token(GOOD),
                Signer.of(algorithm).token(GOOD),
                current(algorithm).token("garbage"))) {
            String signature = token.substring(token.lastIndexOf('.') + 1);

            assertThat(Verdicts.of(node, token).toString()).doesNotContain(signature, "garbage");
        }
    }
}
