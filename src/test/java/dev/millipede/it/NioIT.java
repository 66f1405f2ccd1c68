package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where the native transport cannot be loaded: a node as its own process, as the choice is made once for a JVM. */
class NioIT {
    private static final String ROOM = "room:nio";

    /** More than a small channel has. */
    private static final int MEMBERS = 40;

    private static final int PUBLICATIONS = 50;

    @SuppressWarnings("NullAway.Init")
    private static NodeProcess node;

    private static int port;

    @BeforeAll
    static void start() {
        node = NodeProcess.start(Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Dio.netty.transport.noNative=true",
                "MILLIPEDE_HTTP_PORT",
                "0",
                "MILLIPEDE_INTERNAL_PORT",
                "0"));
        node.awaitLog("NIO transport");
        port = node.port();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static TestClient member() {
        TestClient client = TestClient.open(port);
        assertThat(client.call("connect", new JsonObject()).containsKey("connect"))
                .isTrue();
        assertThat(client.call("subscribe", ROOM).containsKey("subscribe")).isTrue();
        return client;
    }

    @Test
    void aRoomGetsEveryPublicationInOrder() {
        List<TestClient> members = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            members.add(member());
        }
        for (int i = 0; i < PUBLICATIONS; i++) {
            assertThat(members.get(0).publish(ROOM, i).containsKey("publish")).isTrue();
        }
        for (TestClient each : members) {
            for (int i = 0; i < PUBLICATIONS; i++) {
                assertThat(each.publication(ROOM).getInteger("data")).isEqualTo(i);
            }
            each.close();
        }
    }

    @Test
    void aCloseFrameArrivesWhateverTheClientWasStillSending() {
        try (TestClient client = member()) {
            client.write(ClientFrames.text("x".repeat(1 << 20)));
            assertThat(client.closed().code()).isEqualTo(1009);
            client.ended();
        }
    }

    @Test
    void aClosingHandshakeEndsTheConnectionOnBothSides() {
        try (TestClient client = member()) {
            client.write(ClientFrames.close(1000, ""));
            assertThat(client.closed()).isEqualTo(new Closed(1000, ""));
            client.ended();
        }
    }
}
