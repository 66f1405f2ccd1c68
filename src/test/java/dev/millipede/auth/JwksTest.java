package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.metrics.Metrics;
import dev.millipede.support.LogLines;
import dev.millipede.support.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of an issuer that answers over HTTP, or does not. */
class JwksTest {
    private static final Signer FIRST = Signer.of(Algorithm.ES256);
    private static final Signer SECOND = Signer.of(Algorithm.RS256);
    private static final String CLAIMS = "{\"sub\":\"42\",\"exp\":9000000000}";

    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = new Metrics(List.of(), 0);
    private final AtomicLong millis = new AtomicLong(1_800_000_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
    private final AtomicInteger requests = new AtomicInteger();
    private final List<Authentication> opened = new ArrayList<>();

    @TempDir
    Path folder;

    private volatile Handler<HttpServerRequest> issuer = request -> {};
    private HttpServer server;

    @BeforeEach
    void listen() {
        server = Verdicts.await(vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(this::count)
                .listen(0));
        publish(FIRST.jwk("1"));
    }

    private void count(HttpServerRequest request) {
        requests.incrementAndGet();
        issuer.handle(request);
    }

    @AfterEach
    void close() {
        opened.forEach(Authentication::close);
        Verdicts.await(vertx.close());
    }

    private void publish(JsonObject... jwks) {
        String body = new JsonObject().put("keys", new JsonArray(List.of(jwks))).encode();
        issuer = request -> request.response().end(body);
    }

    private Authentication authentication(JsonObject jwks) {
        JsonObject section = new JsonObject().put("jwks", jwks);
        Authentication authentication = new Authentication(vertx, Verdicts.config(section), clock, metrics);
        opened.add(authentication);
        return authentication;
    }

    private JsonObject section() {
        return new JsonObject()
                .put("url", "http://127.0.0.1:" + server.actualPort() + "/jwks")
                .put("timeout", "500ms");
    }

    private Authenticator started() {
        return started(section());
    }

    private Authenticator started(JsonObject section) {
        Authentication authentication = authentication(section);
        Verdicts.await(authentication.start());
        return authentication.authenticator();
    }

    private void pass(long seconds) {
        millis.addAndGet(TimeUnit.SECONDS.toMillis(seconds));
    }

    private static String token(Signer signer, String kid) {
        return signer.token("{\"alg\":\"" + signer.algorithm.jwa() + "\",\"kid\":\"" + kid + "\"}", CLAIMS);
    }

    @Test
    void theKeyThatATokenNamesVerifiesIt() {
        publish(FIRST.jwk("1"), SECOND.jwk("2"), Signer.of(Algorithm.EDDSA).jwk("3"));
        Authenticator authenticator = started();

        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("valid");
        assertThat(Verdicts.word(authenticator, token(SECOND, "2"))).isEqualTo("valid");
        assertThat(Verdicts.word(authenticator, FIRST.token(CLAIMS)))
                .as("no kid")
                .isEqualTo("valid");
        assertThat(Verdicts.word(authenticator, token(Signer.of(Algorithm.ES256), "1")))
                .isEqualTo("signature");
        assertThat(requests).hasValue(1);
        assertThat(metrics.scrape()).contains("millipede_jwks_refreshes_total{outcome=\"ok\"} 1.0");
    }

    @Test
    void ofManyKeysTheFirstFourAreTriedWhereATokenNamesNoneAndThatIsSaidOnce() {
        JsonObject[] jwks = new JsonObject[5];
        Signer fourth = FIRST;
        Signer fifth = FIRST;
        for (int i = 0; i < jwks.length; i++) {
            fourth = fifth;
            fifth = Signer.of(Algorithm.ES256);
            jwks[i] = fifth.jwk("k" + i);
        }
        publish(jwks);
        try (LogLines lines = new LogLines()) {
            Authenticator authenticator = started();
            assertThat(Verdicts.word(authenticator, token(fifth, "k4"))).isEqualTo("valid");
            assertThat(lines.all()).noneMatch(line -> line.startsWith("WARN"));

            assertThat(Verdicts.word(authenticator, fourth.token(CLAIMS))).isEqualTo("valid");
            assertThat(Verdicts.word(authenticator, fifth.token(CLAIMS))).isEqualTo("signature");
            assertThat(lines.all())
                    .filteredOn(line -> line.startsWith("WARN"))
                    .singleElement()
                    .asString()
                    .contains("127.0.0.1", "more than 4 keys of ES256");
        }
    }

    @Test
    void aPublishedSecretIsNoKey() {
        Signer shared = Signer.of(Algorithm.HS256);
        publish(
                FIRST.jwk("1"),
                new JsonObject()
                        .put("kty", "oct")
                        .put("kid", "s")
                        .put("alg", "HS256")
                        .put("k", Signer.base64(shared.secret.getBytes(UTF_8))));

        assertThat(Verdicts.word(started(), token(shared, "s"))).isEqualTo("algorithm");
    }

    @Test
    void aNewKeyIsFetchedWhenATokenNamesItAndAnOldOneIsForgotten() {
        publish(FIRST.jwk("1"), SECOND.jwk("2"));
        Authenticator authenticator = started();
        Signer third = Signer.of(Algorithm.ES256);
        publish(SECOND.jwk("2"), third.jwk("3"));

        assertThat(Verdicts.word(authenticator, token(third, "3")))
                .as("asked a moment ago")
                .isEqualTo("unavailable: keys");
        pass(10);
        assertThat(Verdicts.word(authenticator, token(third, "3"))).isEqualTo("valid");
        assertThat(Verdicts.word(authenticator, token(SECOND, "2"))).isEqualTo("valid");
        pass(10);
        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("key");
        assertThat(requests).hasValue(3);
    }

    @Test
    void inAnOutageKeysHoldForATimeAndThenNobodyCanSay() {
        Authenticator authenticator = started(section().put("keepFor", "1h"));
        issuer = request -> request.response().setStatusCode(500).end();

        pass(3600);
        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("valid");
        assertThat(Verdicts.word(authenticator, token(SECOND, "2")))
                .as("of no known algorithm")
                .isEqualTo("algorithm");
        assertThat(Verdicts.word(authenticator, token(FIRST, "9")))
                .as("may be a new key")
                .isEqualTo("unavailable: keys");
        pass(1);
        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("unavailable: keys");
        assertThat(metrics.scrape()).contains("millipede_jwks_age_seconds 3601.0");

        publish(FIRST.jwk("1"));
        pass(10);
        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("valid");
        assertThat(metrics.scrape()).contains("millipede_jwks_age_seconds 0.0");
    }

    @Test
    void aFloodOfUnknownKeyIdsBringsOneRequest() {
        Authenticator authenticator = started();
        pass(10);
        List<Future<TokenVerdict>> verdicts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            verdicts.add(authenticator.identify(token(FIRST, "unknown-" + i)));
        }

        assertThat(Verdicts.await(Future.all(verdicts)).<TokenVerdict>list())
                .map(Verdicts::word)
                .containsOnly("key", "unavailable: keys")
                .contains("key");
        assertThat(requests).hasValue(2);
    }

    @Test
    void aSlowIssuerHoldsUpNeitherTheStartNorATokenForLongerThanItsTime() {
        issuer = request -> {};
        long from = System.nanoTime();
        Authenticator authenticator = started();
        pass(10);

        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("unavailable: keys");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isBetween(900L, 10_000L);
        assertThat(requests).hasValue(2);
        assertThat(metrics.scrape()).contains("millipede_jwks_refreshes_total{outcome=\"failed\"} 2.0");
    }

    @Test
    void anAnswerThatNeverEndsIsCutAtItsTime() {
        issuer = request -> request.response().setChunked(true).write("{\"keys\":[");

        assertThat(Verdicts.word(started(), token(FIRST, "1"))).isEqualTo("unavailable: keys");
    }

    @Test
    void aLongAnswerIsNotRead() {
        String padding = "x".repeat(1024 * 1024);
        String body = new JsonObject()
                .put("keys", new JsonArray().add(FIRST.jwk("1")))
                .put("padding", padding)
                .encode();
        issuer = request -> request.response().end(Buffer.buffer(body));

        assertThat(Verdicts.word(started(), token(FIRST, "1"))).isEqualTo("unavailable: keys");
    }

    @Test
    void aRedirectIsNotFollowed() {
        AtomicInteger followed = new AtomicInteger();
        issuer = request -> {
            if (request.path().equals("/jwks")) {
                request.response()
                        .setStatusCode(302)
                        .putHeader("Location", "/other")
                        .end();
            } else {
                followed.incrementAndGet();
                request.response().end("{\"keys\":[]}");
            }
        };

        assertThat(Verdicts.word(started(), token(FIRST, "1"))).isEqualTo("unavailable: keys");
        assertThat(followed).hasValue(0);
    }

    @Test
    void aNodeStartsWithoutItsIssuerAndHearsFromItLater() {
        issuer = request -> request.connection().close();
        Authenticator authenticator = started();
        publish(FIRST.jwk("1"));

        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("unavailable: keys");
        pass(10);
        assertThat(Verdicts.word(authenticator, token(FIRST, "1"))).isEqualTo("valid");
    }

    @Test
    void aSetWithoutKeysOfUseIsNoReasonToTurnAnybodyAway() {
        publish();

        assertThat(Verdicts.word(started(), token(FIRST, "1"))).isEqualTo("unavailable: keys");
    }

    @Test
    void aSecretOfTheConfigurationCountsBesideThem() {
        Signer shared = Signer.of(Algorithm.HS256);
        JsonObject section = new JsonObject().put("hmacSecret", shared.secret).put("jwks", section());
        Authentication authentication = new Authentication(vertx, Verdicts.config(section), clock, metrics);
        opened.add(authentication);
        Verdicts.await(authentication.start());

        assertThat(Verdicts.word(authentication.authenticator(), shared.token(CLAIMS)))
                .isEqualTo("valid");
        assertThat(Verdicts.word(authentication.authenticator(), token(FIRST, "1")))
                .isEqualTo("valid");
    }

    @Test
    void onceClosedTheIssuerIsNotAsked() {
        Authentication authentication = authentication(section());
        authentication.close();

        assertThat(Verdicts.word(authentication.authenticator(), token(FIRST, "1")))
                .startsWith("unavailable");
        assertThat(requests).hasValue(0);
    }

    @Test
    void overTlsTheIssuerMustBeOneOfTheAuthoritys() {
        TlsFiles files = TlsFiles.in(folder);
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(files.certificate().toString())
                        .addKeyPath(files.key().toString()));
        HttpServer secure = Verdicts.await(
                vertx.createHttpServer(options).requestHandler(this::count).listen(0));
        JsonObject section = section()
                .put("url", "https://localhost:" + secure.actualPort() + "/")
                .put("timeout", "5s");

        assertThat(Verdicts.word(started(section), token(FIRST, "1"))).isEqualTo("unavailable: keys");
        assertThat(requests).hasValue(0);
        assertThat(Verdicts.word(
                        started(section.copy().put("ca", files.certificate().toString())), token(FIRST, "1")))
                .isEqualTo("valid");
    }

    @Test
    void changesAreLoggedWithoutTokensAndKeys() {
        try (LogLines lines = new LogLines()) {
            Authenticator authenticator = started();
            issuer = request -> request.response().setStatusCode(500).end();
            pass(10);
            String token = token(FIRST, "9");
            assertThat(Verdicts.word(authenticator, token)).isEqualTo("unavailable: keys");

            lines.await("the answer is HTTP status 500");
            assertThat(lines.all())
                    .noneMatch(line ->
                            line.contains(token) || line.contains(FIRST.jwk("1").getString("x")));
        }
    }
}
