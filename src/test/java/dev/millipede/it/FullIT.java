package dev.millipede.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Those who come when a node is full, where it lets them wait. */
@ExtendWith(LogErrors.class)
class FullIT {
    private static final int ROOM = 4;
    private static final int SURPLUS = 100;

    private static NodeFixture node(int instances) {
        return NodeFixture.start("""
                {"http": {"whenFull": "wait"}, "websocket": {"maxConnections": %d, "instances": %d}}
                """.formatted(ROOM, instances));
    }

    private static TestClient knocking(NodeFixture node) {
        TestClient client = TestClient.dial(node.port());
        client.write(TestClient.handshake(node.port()));
        return client;
    }

    @Test
    void theSurplusWaitsAndIsLetInAsOthersLeave() {
        try (NodeFixture node = node(2)) {
            List<TestClient> members = new ArrayList<>();
            for (int i = 0; i < ROOM; i++) {
                members.add(node.member("member" + i, "room:full"));
            }
            List<TestClient> surplus = new ArrayList<>();
            for (int i = 0; i < SURPLUS; i++) {
                surplus.add(knocking(node));
            }
            node.publish("room:full", 1);
            for (TestClient member : members) {
                assertThat(member.publication("room:full").getInteger("data")).isEqualTo(1);
            }
            assertThat(node.metric("millipede_connections")).isEqualTo(ROOM);
            List<CompletableFuture<Void>> letIn = surplus.stream()
                    .map(client -> CompletableFuture.runAsync(() -> {
                        client.upgraded();
                        NodeFixture.connect(client, "late").close();
                    }))
                    .toList();
            members.forEach(TestClient::close);
            letIn.forEach(CompletableFuture::join);
            assertThat(node.metric("millipede_handshakes_refused_total{status=\"503\"}"))
                    .isZero();
            assertThat(node.metric("millipede_connections_opened_total")).isEqualTo(ROOM + SURPLUS);
            Eventually.until(() -> node.metric("millipede_connections"), open -> open == 0);
        }
    }

    @Test
    void whoIsOnlyConnectedHasARoomUntilTheDeadlineOfTheHandshake() {
        try (NodeFixture node = NodeFixture.start("""
                {"http": {"whenFull": "wait"}, "websocket": {"maxConnections": 2, "handshakeTimeout": "500ms"}}
                """);
                TestClient first = TestClient.dial(node.port());
                TestClient second = TestClient.dial(node.port());
                TestClient third = knocking(node)) {
            third.upgraded();
            NodeFixture.connect(third, "ann");
            for (TestClient early : List.of(first, second)) {
                early.write(TestClient.handshake(node.port()));
                assertThat(node.metric("millipede_connections")).isEqualTo(1);
            }
        }
    }

    @Test
    void whoOnlyAsksForPagesDoesNotKeepOthersOutForEver() throws Exception {
        try (NodeFixture node = NodeFixture.start("""
                {"http": {"whenFull": "wait"},
                 "websocket": {"maxConnections": 2, "handshakeTimeout": "500ms", "connectionsPerAddress": 1}}
                """)) {
            List<Socket> strangers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                strangers.add(new Socket(InetAddress.getLoopbackAddress(), node.port()));
            }
            try (TestClient client = TestClient.dial(node.port())) {
                client.write(TestClient.handshake(node.port()));
                CompletableFuture<RawHttp.Reply> in = CompletableFuture.supplyAsync(client::upgraded);
                long from = System.nanoTime();
                Eventually.secondsUntil(
                        10,
                        () -> {
                            ask(strangers);
                            return in.isDone() || System.nanoTime() - from > TimeUnit.SECONDS.toNanos(5);
                        },
                        over -> over);
                assertThat(in).as("after ten handshakeTimeouts").isDone();
            } finally {
                for (Socket each : strangers) {
                    each.close();
                }
            }
        }
    }

    private static void ask(List<Socket> strangers) {
        for (Socket each : strangers) {
            try {
                each.getOutputStream().write("GET /x HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
            } catch (IOException e) {
                // It was cut, as it should be.
            }
        }
    }

    @Test
    void whoWaitsWhenTheNodeStopsIsTurnedAway() {
        NodeFixture node = node(1);
        List<TestClient> members = new ArrayList<>();
        for (int i = 0; i < ROOM; i++) {
            members.add(node.connect("member" + i));
        }
        try (TestClient late = knocking(node)) {
            CompletableFuture<Void> answer = CompletableFuture.runAsync(late::upgraded);
            node.stop();
            assertThat(answer).failsWithin(Duration.ofSeconds(15));
        }
        members.forEach(TestClient::close);
    }
}
