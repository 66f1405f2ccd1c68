package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogErrors;
import dev.millipede.support.LogLines;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of those who bring a token, good or forged, over real sockets. */
@ExtendWith(LogErrors.class)
class TokensIT {
    private static final Closed INVALID_TOKEN = new Closed(3500, "invalid token");

    @TempDir
    Path folder;

    private static String claims(String more) {
        return "{\"sub\":\"42\",\"iss\":\"me\",\"aud\":\"node\",\"exp\":"
                + Instant.now().plusSeconds(3600).getEpochSecond() + more + "}";
    }

    private NodeFixture node(Signer current, Signer previous) {
        JsonObject auth = new JsonObject().put("issuer", "me").put("audience", "node");
        if (current.algorithm.family() == Algorithm.Family.SECRET) {
            auth.put("hmacSecret", current.secret).put("previousHmacSecret", previous.secret);
        } else {
            auth.put("publicKey", current.publicFile(folder).toString())
                    .put("previousPublicKey", previous.publicFile(folder).toString());
        }
        return NodeFixture.start(new JsonObject().put("auth", auth).encode());
    }

    private static TestClient connecting(NodeFixture node, String token) {
        TestClient client = node.open();
        client.send(new JsonObject()
                .put("id", 1)
                .put("connect", new JsonObject().put("token", token))
                .encode());
        return client;
    }

    private static void assertAccepted(NodeFixture node, String token) {
        try (TestClient client = connecting(node, token)) {
            assertThat(client.json()
                            .getJsonObject("connect")
                            .getJsonObject("subs")
                            .fieldNames())
                    .contains("user:42");
        }
    }

    private static void assertError(NodeFixture node, String token, int code) {
        try (TestClient client = connecting(node, token)) {
            assertThat(client.json().getJsonObject("error").getInteger("code")).isEqualTo(code);
        }
    }

    private static void assertTurnedAway(NodeFixture node, String token) {
        try (TestClient client = connecting(node, token)) {
            assertThat(client.next()).as(token).isEqualTo(INVALID_TOKEN);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HS256", "RS256", "ES256", "EDDSA"})
    void everyTrickHasItsAnswerAndNoTokenIsLoggedOrCounted(Algorithm algorithm) throws GeneralSecurityException {
        Signer current = Signer.of(algorithm);
        Signer previous = Signer.of(algorithm);
        String header = "{\"alg\":\"" + algorithm.jwa() + "\"";
        try (LogLines lines = new LogLines();
                NodeFixture node = node(current, previous)) {
            List<String> tricks = new ArrayList<>(List.of(
                    Signer.of(algorithm).token(claims("")),
                    current.token(header.replace(algorithm.jwa(), "none") + "}", claims("")),
                    current.token(header + ",\"crit\":[\"exp\"]}", claims("")),
                    current.token(claims("").replace("\"me\"", "\"eve\"")),
                    current.token(claims("").replace("\"node\"", "\"other\"")),
                    current.token(claims("").replace("\"exp\"", "\"x\"")),
                    current.token(claims(",\"channel\":\"room:1\"")),
                    current.token(claims(",\"x\":\"" + "a".repeat(8_000) + "\"")),
                    current.token(claims("")) + ".",
                    current.token(claims("")).replaceFirst("[^.]*$", "")));
            tricks.addAll(forgedWithThePublicKey(current));
            tricks.forEach(trick -> assertTurnedAway(node, trick));
            assertError(node, current.token(claims(",\"exp\":1")), 109);
            assertError(node, current.token(claims(",\"nbf\":9000000000")), 109);
            String good = current.token(header + ",\"kid\":\"../../etc/passwd' OR 1\"}", claims(""));
            assertAccepted(node, good);
            assertAccepted(node, previous.token(claims("")));

            assertThat(lines.all())
                    .noneMatch(line -> line.contains(good) || tricks.stream().anyMatch(line::contains));
            assertThat(node.metric("millipede_tokens_total{result=\"valid\"}")).isEqualTo(2);
            assertThat(node.metric("millipede_tokens_total{result=\"expired\"}"))
                    .isEqualTo(2);
            assertThat(node.metric("millipede_tokens_total{result=\"other\"}")).isZero();
        }
    }

    /** HMAC with what everybody may know. */
    private static List<String> forgedWithThePublicKey(Signer signer) throws GeneralSecurityException {
        List<String> forged = new ArrayList<>();
        String input = Signer.base64("{\"alg\":\"HS256\"}".getBytes(UTF_8)) + "."
                + Signer.base64(claims("").getBytes(UTF_8));
        for (byte[] secret : List.of(signer.publicPem().getBytes(UTF_8), signer.der())) {
            forged.add(input + "." + Signer.base64(Signer.hmac("HmacSHA256", secret, input.getBytes(UTF_8))));
        }
        return forged;
    }

    @Test
    void aNodeBelievesItsIssuerAndSaysWhenItCannotTell() {
        Signer known = Signer.of(Algorithm.ES256);
        Signer unknown = Signer.of(Algorithm.ES256);
        String body = new JsonObject()
                .put("keys", new JsonArray().add(known.jwk("1")))
                .encode();
        Vertx vertx = Vertx.vertx();
        HttpServer issuer = Verdicts.await(vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(request -> request.response().end(body))
                .listen(0));
        JsonObject auth = new JsonObject()
                .put("jwks", new JsonObject().put("url", "http://127.0.0.1:" + issuer.actualPort() + "/"));
        try (NodeFixture node =
                NodeFixture.start(new JsonObject().put("auth", auth).encode())) {
            assertAccepted(node, known.token("{\"alg\":\"ES256\",\"kid\":\"1\"}", claims("")));
            assertTurnedAway(node, unknown.token("{\"alg\":\"ES256\",\"kid\":\"1\"}", claims("")));
            assertError(node, unknown.token("{\"alg\":\"ES256\",\"kid\":\"2\"}", claims("")), 100);
            assertThat(node.metric("millipede_jwks_refreshes_total{outcome=\"ok\"}"))
                    .isEqualTo(1);
        } finally {
            Verdicts.await(vertx.close());
        }
    }

    @Test
    void aNodeStartsWhileItsIssuerIsAway() {
        String away = "{\"auth\":{\"jwks\":{\"url\":\"http://127.0.0.1:1/\",\"timeout\":\"1s\"}}}";
        try (NodeFixture node = NodeFixture.start(away)) {
            assertError(node, Signer.of(Algorithm.ES256).token(claims("")), 100);
            assertThat(node.isReady()).isTrue();
            try (TestClient client = node.connect("ann")) {
                assertThat(client).isNotNull();
            }
        }
    }
}
