package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One reader that stops among others that do not. */
@ExtendWith(LogErrors.class)
class SlowReaderIT {
    private static final String ROOM = "room:loud";
    private static final String SLOW_CLOSES = "millipede_slow_closes_total";
    private static final int OTHERS = 10;
    private static final int OUTBOX_LIMIT = 256 << 10;
    private static final String DATA = "x".repeat(32 << 10);

    /** More than the kernel keeps for one socket of this machine. */
    private static final int MOST_PUBLICATIONS = 1_000;

    private static final int STANDSTILL_SCRAPES = 40;

    private static NodeFixture start(String closeTimeout) {
        return NodeFixture.start("{\"websocket\":{\"outboxLimit\":\"256KiB\",\"closeTimeout\":\"" + closeTimeout
                + "\"},\"auth\":{\"anonymous\":true}}");
    }

    private static TestClient stopped(NodeFixture node) {
        TestClient client = TestClient.dial(node.port(), 4096);
        client.write(TestClient.handshake(node.port()));
        client.upgraded();
        NodeFixture.connect(client, "slow");
        assertThat(client.call("subscribe", ROOM).containsKey("subscribe")).isTrue();
        client.stopReading();
        return client;
    }

    private static List<TestClient> others(NodeFixture node) {
        List<TestClient> others = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
            others.add(node.member("reader" + i, ROOM));
        }
        return others;
    }

    /** Publishes one after another, each read by all others before the next, until a slow close is counted. */
    private static int publishUntilClosed(NodeFixture node, List<TestClient> others) {
        double outbox = 0;
        int published = 0;
        while (node.metric(SLOW_CLOSES) == 0) {
            assertThat(published).isLessThan(MOST_PUBLICATIONS);
            publishToOthers(node, others, published++);
            outbox = Math.max(outbox, node.metric("millipede_outbox_bytes{loop=\"websocket-0\"}"));
        }
        assertThat(outbox).isLessThanOrEqualTo(OUTBOX_LIMIT);
        return published;
    }

    private static void publishToOthers(NodeFixture node, List<TestClient> others, int number) {
        node.publish(ROOM, new JsonObject().put("n", number).put("x", DATA));
        for (TestClient each : others) {
            assertThat(each.publication(ROOM).getJsonObject("data").getInteger("n"))
                    .isEqualTo(number);
        }
    }

    @Test
    void aReaderThatStopsIsClosedAsSlowAndTheOthersGetEverything() {
        try (NodeFixture node = start("1m");
                TestClient slow = stopped(node)) {
            List<TestClient> others = others(node);
            int published = publishUntilClosed(node, others);
            assertThat(node.metric("millipede_connections_closed_total{code=\"3008\"}"))
                    .isEqualTo(1);
            publishToOthers(node, others, published);
            slow.resumeReading();
            assertInOrderUpToTheClose(slow);
            others.forEach(TestClient::close);
            assertThat(node.metric(SLOW_CLOSES)).isEqualTo(1);
        }
    }

    /** What it got is whole and in order, then the reason. */
    private static void assertInOrderUpToTheClose(TestClient slow) {
        int expected = 0;
        TestClient.Event event = slow.next();
        while (event instanceof TestClient.Message message) {
            JsonObject publication = message.json().getJsonObject("push").getJsonObject("pub");
            assertThat(publication.getJsonObject("data").getInteger("n")).isEqualTo(expected++);
            event = slow.next();
        }
        assertThat(event).isEqualTo(new Closed(3008, "slow"));
    }

    @Test
    void aReaderThatNeverComesBackLosesItsSocket() {
        try (NodeFixture node = start("200ms");
                TestClient slow = stopped(node)) {
            List<TestClient> others = others(node);
            int published = publishUntilClosed(node, others);
            Eventually.until(() -> node.info().getInteger("num_clients"), count -> count == OTHERS);
            publishToOthers(node, others, published);
            Eventually.until(() -> node.metric("millipede_outbox_bytes{loop=\"websocket-0\"}"), bytes -> bytes == 0);
            others.forEach(TestClient::close);
            slow.resumeReading();
            assertThat(slow.closed()).isEqualTo(new Closed(1006, ""));
        }
    }

    @Test
    void whoWritesAndNeverReadsTheRepliesIsNotReadFromAnyMore() {
        try (NodeFixture node = NodeFixture.start();
                TestClient greedy = stopped(node);
                TestClient other = node.member("other", "room:quiet")) {
            String[] commands = new String[1_000];
            Arrays.fill(commands, "{\"id\":9,\"unsubscribe\":{\"channel\":\"room:x\"}}");
            Thread writer = new Thread(() -> {
                try {
                    while (true) {
                        greedy.send(commands);
                    }
                } catch (UncheckedIOException e) {
                    // Closed below.
                }
            });
            writer.start();
            awaitStandstill(node);
            assertThat(writer.isAlive()).isTrue();
            node.publish("room:quiet", 1);
            assertThat(other.publication("room:quiet").getInteger("data")).isEqualTo(1);
            assertThat(node.metric(SLOW_CLOSES)).isEqualTo(0);
            greedy.reset();
        }
    }

    @Test
    void whoReadsIsNotSlowHoweverMuchItMakesUsWriteAtOnce() {
        int count = 10_000;
        try (NodeFixture node = start("1m");
                TestClient client = node.connect("ann")) {
            byte[][] pings = new byte[count][];
            Arrays.fill(pings, ClientFrames.frame(ClientFrames.PING, new byte[0]));
            client.write(ClientFrames.join(pings));
            for (int i = 0; i < count; i++) {
                assertThat(client.next()).isEqualTo(new TestClient.Control(ClientFrames.PONG, ""));
            }
        }
    }

    /** Waits until many scrapes in a row say that no further command was taken. */
    private static void awaitStandstill(NodeFixture node) {
        double[] last = {0, 0};
        Eventually.until(() -> node.metric("millipede_commands_total{command=\"unsubscribe\"}"), count -> {
            last[1] = count > 0 && count == last[0] ? last[1] + 1 : 0;
            last[0] = count;
            return last[1] == STANDSTILL_SCRAPES;
        });
    }
}
