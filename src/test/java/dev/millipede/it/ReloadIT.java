package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.millipede.auth.TokenMint;
import dev.millipede.support.InternalPort;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.RawHttp;
import dev.millipede.support.SeparateNode;
import dev.millipede.support.TestClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told by SIGHUP to read its file again. Each test begins with the same configuration. */
class ReloadIT {
    private static final String OTHER_SECRET = "another secret of at least thirty-two bytes";
    private static final String OTHER_KEY = "another-API-key-of-this-test-as-long-as-needed";
    private static final String TAKEN = "millipede_reloads_total{outcome=\"ok\"}";
    private static final String REFUSED = "millipede_reloads_total{outcome=\"refused\"}";

    @SuppressWarnings("NullAway.Init")
    private static SeparateNode node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = SeparateNode.launch(directory, NodeFixture.config()).awaitReady();
        node.process().awaitLog("ServeCommand: ready");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void begin() {
        assertThat(reload("{}")).contains(" read again, ");
    }

    /** Reloads with changes laid over the configuration it began with. */
    private static String reload(String changes) {
        return node.reload(
                NodeFixture.config().mergeIn(new JsonObject(changes), true).encode());
    }

    private static InternalPort internal() {
        return node.internal();
    }

    private static JsonObject error(TestClient client, String channel) {
        return client.call("subscribe", channel).getJsonObject("error");
    }

    @Test
    void aTighterNamespaceEndsSubscriptionsRefusesNewOnesAndCutsNobody() {
        try (TestClient ann = node.member("ann", "room:1");
                TestClient bob = node.connect("bob")) {
            assertThat(reload("{\"namespaces\": {\"room\": {\"subscribe\": \"self\"}}}"))
                    .endsWith(" read again, changed: namespaces.room.subscribe");

            assertThat(ann.push().containsKey("unsubscribe")).isTrue();
            assertThat(error(ann, "room:1").getInteger("code")).isEqualTo(103);
            assertThat(error(bob, "room:1").getInteger("code")).isEqualTo(103);
            internal().publish("user:ann", 1);
            assertThat(ann.publication("user:ann").getInteger("data")).isEqualTo(1);

            assertThat(reload("{}")).endsWith(" read again, changed: namespaces.room.subscribe");
            assertThat(error(bob, "room:1")).isNull();
        }
    }

    @Test
    void namespacesComeAndGoForClientsBackendsAndMeters() {
        String news = "{\"namespaces\": {\"news\": {\"publish\": \"subscriber\", \"history\": {\"size\": 3}}}}";
        try (TestClient ann = node.connect("ann")) {
            assertThat(error(ann, "news:1").getInteger("code")).isEqualTo(102);

            reload(news);
            assertThat(error(ann, "news:1")).isNull();
            internal().publish("news:1", 1);
            assertThat(ann.publication("news:1").getInteger("data")).isEqualTo(1);
            assertThat(ann.publish("news:1", 2).containsKey("publish")).isTrue();
            assertThat(internal().metric("millipede_publications_total{namespace=\"news\",source=\"client\"}"))
                    .isEqualTo(1);

            reload("{}");
            assertThat(internal()
                            .answer(
                                    "publish",
                                    new JsonObject().put("channel", "news:1").put("data", 3))
                            .getJsonObject("error")
                            .getInteger("code"))
                    .isEqualTo(102);
        }
    }

    @Test
    void aRotatedKeyRefusesOldTokensTakesNewOnesAndCutsNobody() {
        String token = new TokenMint(OTHER_SECRET, InstantSource.system()).mint("bob", 60, null);
        try (TestClient before = node.connect("ann");
                TestClient old = node.open();
                TestClient fresh = node.open()) {
            assertThat(reload("{\"auth\": {\"hmacSecret\": \"" + OTHER_SECRET + "\"}}"))
                    .endsWith(" changed: auth.hmacSecret")
                    .doesNotContain(OTHER_SECRET);

            old.send(connect(NodeFixture.token("ann")));
            assertThat(old.closed().code()).isEqualTo(3500);
            assertThat(fresh.call("connect", new JsonObject().put("token", token))
                            .containsKey("connect"))
                    .isTrue();
            internal().publish("user:ann", 1);
            assertThat(before.publication("user:ann").getInteger("data")).isEqualTo(1);
        }
    }

    @Test
    void theKeyBeforeIsGoodForAsLongAsItIsNamed() {
        reload(new JsonObject()
                .put(
                        "auth",
                        new JsonObject().put("hmacSecret", OTHER_SECRET).put("previousHmacSecret", NodeFixture.SECRET))
                .encode());
        try (TestClient ann = node.connect("ann")) {
            reload("{\"auth\": {\"hmacSecret\": \"" + OTHER_SECRET + "\"}}");
            try (TestClient late = node.open()) {
                late.send(connect(NodeFixture.token("ann")));
                assertThat(late.closed().code()).isEqualTo(3500);
            }
            assertThat(error(ann, "room:1")).isNull();
        }
    }

    private static String connect(String token) {
        return new JsonObject()
                .put("id", 1)
                .put("connect", new JsonObject().put("token", token))
                .encode();
    }

    @Test
    void keysOfTheApiOriginsAndLimitsHoldAtOnce() {
        byte[] info = "{}".getBytes(StandardCharsets.UTF_8);
        JsonObject next = new JsonObject()
                .put("internal", new JsonObject().put("apiKeys", new JsonArray().add(OTHER_KEY)))
                .put("http", new JsonObject().put("allowedOrigins", new JsonArray().add("https://a.example")))
                .put(
                        "websocket",
                        new JsonObject().put("connectionsPerAddress", 1).put("channelsPerConnection", 1));
        try (TestClient early = node.connect("ann")) {
            assertThat(reload(next.encode()))
                    .endsWith(" changed: http.allowedOrigins, internal.apiKeys, websocket.channelsPerConnection,"
                            + " websocket.connectionsPerAddress");

            assertThat(status(info, NodeFixture.API_KEY)).isEqualTo(401);
            assertThat(status(info, OTHER_KEY)).isEqualTo(200);
            assertThat(shake("Origin: https://b.example")).isEqualTo(403);
            assertThat(error(early, "room:1").getInteger("code")).isEqualTo(106);
            try (TestClient counted = TestClient.open(node.port(), "Origin: https://a.example")) {
                assertThat(counted.upgrade().status()).isEqualTo(101);
                assertThat(shake("Origin: https://a.example")).isEqualTo(429);
            }
            reload("{\"websocket\": {\"maxConnections\": 1}}");
            assertThat(shake()).isEqualTo(503);
            reload("{}");
            assertThat(shake()).isEqualTo(101);
        }
    }

    private static int status(byte[] body, String key) {
        return RawHttp.post(internal().address().getPort(), "/api/info", body, "X-API-Key: " + key)
                .status();
    }

    private static int shake(String... headers) {
        List<String> head = new ArrayList<>(TestClient.handshakeHead(node.port()));
        head.addAll(List.of(headers));
        return RawHttp.send(node.port(), head, new byte[0]).status();
    }

    @Test
    void aBadFileChangesNothingAndEveryProblemIsNamed() {
        double before = internal().metric(REFUSED);
        try (TestClient ann = node.member("ann", "room:1")) {
            assertThat(reload("""
                            {"namespaces": {"room": {"subscribe": "nobody"}}, "auth": {"hmacSecret": "hunter2"},
                             "websocket": {"pingInterval": 60}, "internal": {"apiKees": []}}
                            """)).contains("ERROR", "nothing has changed: ", "has 3 problems");
            assertThat(node.process().awaitLog("apiKees")).contains("internal.apiKees", "unknown key");
            assertThat(node.process().log())
                    .contains("namespaces.room.subscribe", "websocket.pingInterval")
                    .doesNotContain("hunter2");
            assertThat(node.reload("{")).contains("nothing has changed: ");

            assertThat(internal().metric(REFUSED)).isEqualTo(before + 2);
            internal().publish("room:1", 1);
            assertThat(ann.publication("room:1").getInteger("data")).isEqualTo(1);
        }
    }

    @Test
    void whatTakesARestartIsNamedAndTheRestOfThatFileHoldsNeither() {
        double refused = internal().metric(REFUSED);
        double taken = internal().metric(TAKEN);

        assertThat(reload("""
                        {"http": {"backlog": 77}, "websocket": {"path": "/ws"}, "namespaces": {"news": {}}}
                        """)).endsWith("SIGHUP: nothing has changed: takes a restart: http.backlog, websocket.path");

        try (TestClient ann = node.connect("ann")) {
            assertThat(error(ann, "news:1").getInteger("code")).isEqualTo(102);
        }
        assertThat(internal().metric(REFUSED)).isEqualTo(refused + 1);
        assertThat(internal().metric(TAKEN)).isEqualTo(taken);
    }

    @Test
    void aReloadThatComesDuringAnotherWaitsForItsEnd() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NodeFixture alone = NodeFixture.start()) {
            JsonObject issuer = new JsonObject()
                    .put("url", "http://127.0.0.1:" + silent.getLocalPort() + "/")
                    .put("timeout", "1s");
            JsonObject slow = new JsonObject()
                    .put("auth", new JsonObject().put("jwks", issuer))
                    .put("namespaces", new JsonObject().put("news", new JsonObject()));

            Future<List<String>> first = alone.reloading(slow.encode());
            assertThat(alone.reload("{}"))
                    .contains("auth.jwks.url")
                    .anyMatch(key -> key.startsWith("namespaces.news."));

            assertThat(first.succeeded()).isTrue();
            try (TestClient ann = alone.connect("ann")) {
                assertThat(error(ann, "news:1").getInteger("code")).isEqualTo(102);
            }
        }
    }

    @Test
    void aReloadThatFailsHoldsUpNoLaterOne() {
        try (NodeFixture alone = NodeFixture.start()) {
            Future<List<String>> refused = alone.reloading("{\"http\": {\"backlog\": 77}}");
            assertThat(alone.reload("{\"websocket\": {\"maxConnections\": 7}}"))
                    .containsExactly("websocket.maxConnections");
            assertThat(refused.failed()).isTrue();
        }
    }

    @Test
    void withoutAFileTheSignalEndsTheNode() {
        try (NodeProcess development =
                NodeProcess.start(Map.of("MILLIPEDE_HTTP_PORT", "0", "MILLIPEDE_INTERNAL_PORT", "0"))) {
            development.awaitLog("ServeCommand: ready");
            development.signal("HUP");
            assertThat(assertTimeoutPreemptively(Duration.ofSeconds(30), development::exitCode))
                    .isZero();
            assertThat(development.log()).contains("stopped");
        }
    }
}
