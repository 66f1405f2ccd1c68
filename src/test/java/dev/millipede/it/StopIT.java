package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How a node ends, and how one does not begin. */
@ExtendWith(LogErrors.class)
class StopIT {
    private static final Closed SHUTDOWN = new Closed(3001, "shutdown");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private String file(JsonObject config) throws IOException {
        return Files.writeString(directory.resolve("node.json"), config.encodePrettily())
                .toString();
    }

    private static void assertFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThat(socket.isBound()).isTrue();
        }
    }

    /** The 101 alone does not say that our handler has taken over. */
    private static void assertServed(TestClient client) {
        client.write(ClientFrames.frame(ClientFrames.PING, new byte[0]));
        assertThat(client.next()).isEqualTo(new TestClient.Control(ClientFrames.PONG, ""));
    }

    @Test
    void aStoppingNodeClosesEveryConnectionAndFreesItsPort() throws IOException {
        NodeFixture node = NodeFixture.start("{\"websocket\":{\"instances\":2}}");
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(node.member("user" + i, "room:end"));
            TestClient unnamed = node.open();
            assertServed(unnamed);
            clients.add(unnamed);
        }
        int port = node.port();
        node.stop();
        for (TestClient client : clients) {
            assertThat(client.next()).isEqualTo(SHUTDOWN);
            client.ended();
            client.close();
        }
        assertFree(port);
    }

    @Test
    void aClientThatDoesNotAnswerTheCloseDoesNotHoldUpTheStop() throws IOException {
        NodeFixture node = NodeFixture.start();
        try (TestClient silent = node.open()) {
            assertServed(silent);
            silent.stopReading();
            int port = node.port();
            node.stop();
            assertFree(port);
            silent.resumeReading();
            assertThat(silent.next()).isEqualTo(SHUTDOWN);
        }
    }

    @Test
    void whatIsOnItsWayWhenANodeStopsArrivesBeforeTheClose() {
        NodeFixture node = NodeFixture.start();
        try (TestClient ann = node.member("ann", "room:last")) {
            node.publish("room:last", "words");
            node.stop();
            assertThat(ann.publication("room:last").getString("data")).isEqualTo("words");
            assertThat(ann.next()).isEqualTo(SHUTDOWN);
        }
    }

    @Test
    void aProcessThatIsToldToEndClosesItsConnectionsAndExitsWithZero() throws IOException {
        try (NodeProcess process = NodeProcess.start("--config", file(NodeFixture.config()))) {
            int port = process.port();
            process.awaitLog("ready");
            try (TestClient ann = NodeFixture.connect(TestClient.open(port), "ann")) {
                process.terminate();
                assertThat(ann.next()).isEqualTo(SHUTDOWN);
            }
            assertThat(process.exitCode()).as(process.log()).isEqualTo(0);
            assertThat(process.log()).contains("stopped").doesNotContain("ERROR");
        }
    }

    @Test
    void aConfigurationWithProblemsIsToldWholeAndExitsWithTwo() throws IOException {
        JsonObject config = NodeFixture.config()
                .put("http", new JsonObject().put("prot", 8000))
                .put("websocket", new JsonObject().put("outboxLimit", "1KiB").put("pingInterval", 25))
                .put(
                        "auth",
                        new JsonObject().put("hmacSecret", "do not show this").put("anonymous", "yes"));
        try (NodeProcess process = NodeProcess.start("serve", "--config", file(config))) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.log())
                    .contains("has 4 problems")
                    .contains("http.prot", "did you mean \"port\"")
                    .contains("websocket.outboxLimit", "websocket.pingInterval", "auth.anonymous")
                    .doesNotContain("do not show this");
        }
    }

    @Test
    void aPortThatIsTakenExitsWithOne() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            JsonObject http = new JsonObject().put("port", taken.getLocalPort());
            try (NodeProcess process =
                    NodeProcess.start("--config", file(NodeFixture.config().put("http", http)))) {
                assertThat(process.exitCode()).as(process.log()).isEqualTo(1);
                assertThat(process.log()).contains("cannot start");
            }
        }
    }

    @Test
    void aSecondNodeOnTheInternalPortExitsWithOneToo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            JsonObject internal =
                    new JsonObject().put("port", taken.getLocalPort()).put("apiKeys", new JsonArray());
            try (NodeProcess process =
                    NodeProcess.start("--config", file(NodeFixture.config().put("internal", internal)))) {
                assertThat(process.exitCode()).as(process.log()).isEqualTo(1);
            }
        }
    }
}
