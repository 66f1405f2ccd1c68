package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code internal} set to the public port: one listener for clients, backends and monitoring. */
@ExtendWith(LogErrors.class)
class SharedListenerIT {
    private static final String ROOM = "room:shared";
    private static final String KEY = "X-API-Key: " + NodeFixture.API_KEY;
    private static final byte[] PUBLISH = ("{\"channel\":\"" + ROOM + "\",\"data\":1}").getBytes(UTF_8);

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    /** A shared port has to be named; the next one is tried when it has been taken meanwhile. */
    @BeforeAll
    static void start() throws IOException {
        AssertionError taken = new AssertionError("never tried");
        for (int i = 0; i < 5; i++) {
            try {
                node = startOn(freePort());
                return;
            } catch (AssertionError e) {
                taken = e;
            }
        }
        throw taken;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static NodeFixture startOn(int port) {
        JsonObject section = new JsonObject().put("port", port);
        return NodeFixture.start(new JsonObject()
                .put("http", section)
                .put("internal", section)
                .put("websocket", new JsonObject().put("instances", 2))
                .encode());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whoHasTheKeyPublishesToWhoeverListens() {
        try (TestClient ann = node.member("ann", ROOM);
                TestClient bob = node.member("bob", ROOM)) {
            node.publish(ROOM, 7);
            assertThat(ann.publication(ROOM).getInteger("data")).isEqualTo(7);
            assertThat(bob.publication(ROOM).getInteger("data")).isEqualTo(7);
        }
    }

    @Test
    void withoutTheKeyTheApiAnswers401() {
        assertThat(RawHttp.post(node.port(), "/api/publish", PUBLISH).status()).isEqualTo(401);
        assertThat(RawHttp.post(node.port(), "/api/publish", PUBLISH, "X-API-Key: wrong")
                        .status())
                .isEqualTo(401);
        assertThat(RawHttp.post(node.port(), "/api/publish", PUBLISH, KEY, KEY).status())
                .isEqualTo(401);
        assertThat(RawHttp.post(node.port(), "/api/publish?api_key=" + NodeFixture.API_KEY, PUBLISH)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void metricsNeedTheKeyAndHealthDoesNot() {
        assertThat(RawHttp.get(node.port(), "/metrics").status()).isEqualTo(401);
        assertThat(RawHttp.get(node.port(), "/metrics", KEY).body()).contains("millipede_connections");
        assertThat(RawHttp.get(node.port(), "/health/live").status()).isEqualTo(200);
        assertThat(RawHttp.get(node.port(), "/health/ready").status()).isEqualTo(200);
    }

    @Test
    void thereIsNoDevelopmentPage() {
        for (String path : new String[] {"/", "/index.html", "/dev/token?user=ann"}) {
            assertThat(RawHttp.get(node.port(), path).status()).as(path).isEqualTo(404);
            assertThat(RawHttp.get(node.port(), path, KEY).status()).as(path).isEqualTo(404);
        }
    }
}
