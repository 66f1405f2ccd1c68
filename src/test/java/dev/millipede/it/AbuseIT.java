package dev.millipede.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that ask for more than they may, each beside one that does not. */
@ExtendWith(LogErrors.class)
class AbuseIT {
    private static final int TOO_MANY_REQUESTS = 111;
    private static final Closed FLOODED = new Closed(3013, "too many requests");
    private static final String UNSUBSCRIBE = "{\"id\":9,\"unsubscribe\":{\"channel\":\"room:x\"}}";

    private static NodeFixture limited(String limits) {
        return NodeFixture.start("{\"websocket\":{\"limits\":{" + limits + "}}}");
    }

    private static double limited(NodeFixture node, String limit) {
        return node.metric("millipede_limited_total{limit=\"" + limit + "\"}");
    }

    private static void assertServed(TestClient client) {
        assertThat(client.call("unsubscribe", "room:x").containsKey("unsubscribe"))
                .isTrue();
    }

    private static List<JsonObject> replies(TestClient client, int count) {
        List<JsonObject> replies = new ArrayList<>();
        while (replies.size() < count) {
            replies.add(client.reply());
        }
        return replies;
    }

    private static long refused(List<JsonObject> replies) {
        return replies.stream()
                .filter(each -> each.containsKey("error"))
                .map(each -> each.getJsonObject("error"))
                .filter(error -> error.getInteger("code") == TOO_MANY_REQUESTS && error.getBoolean("temporary"))
                .count();
    }

    private static String[] times(int count, String command) {
        return Collections.nCopies(count, command).toArray(String[]::new);
    }

    @Test
    void commandsBeyondTheRateAreAnsweredWith111() {
        try (NodeFixture node = limited("\"commandsPerSecond\":10");
                TestClient ann = node.connect("ann");
                TestClient bob = node.connect("bob")) {
            ann.send(times(15, UNSUBSCRIBE));

            // Connect was one; a tick may have passed since.
            assertThat(refused(replies(ann, 15))).isBetween(5L, 6L).isEqualTo((long) limited(node, "commands"));
            assertServed(bob);
            // One more is good each 100 ms: long before these questions are a flood.
            Eventually.until(() -> ann.call("unsubscribe", "room:x"), reply -> reply.containsKey("unsubscribe"));
        }
    }

    @Test
    void floodsOfCommandsPingsPongsAndEmptyFragmentsAreClosed() {
        byte[] ping = ClientFrames.frame(ClientFrames.PING, "p".getBytes(UTF_8));
        byte[] pong = ClientFrames.frame(ClientFrames.PONG, new byte[0]);
        byte[] empty = ClientFrames.frame(ClientFrames.CONTINUATION, false, new byte[0]);
        byte[][] fragments = new byte[300][];
        Arrays.fill(fragments, empty);
        fragments[0] = ClientFrames.frame(ClientFrames.TEXT, false, new byte[0]);
        try (NodeFixture node = limited("\"commandsPerSecond\":50");
                TestClient bob = node.connect("bob")) {
            for (byte[] flood : List.of(
                    ClientFrames.text(String.join("\n", times(300, UNSUBSCRIBE))),
                    ClientFrames.join(Collections.nCopies(300, ping).toArray(byte[][]::new)),
                    ClientFrames.join(Collections.nCopies(300, pong).toArray(byte[][]::new)),
                    ClientFrames.join(fragments))) {
                try (TestClient ann = node.connect("ann")) {
                    ann.write(flood);
                    assertThat(ann.closed()).isEqualTo(FLOODED);
                }
                assertServed(bob);
            }
            assertThat(node.metric("millipede_connections_closed_total{code=\"3013\"}"))
                    .isEqualTo(4);
        }
    }

    @Test
    void withoutALimitAFloodOfPingsIsAnswered() {
        byte[] ping = ClientFrames.frame(ClientFrames.PING, "p".getBytes(UTF_8));
        try (NodeFixture node = NodeFixture.start();
                TestClient ann = node.connect("ann")) {
            ann.write(ClientFrames.join(Collections.nCopies(1_000, ping).toArray(byte[][]::new)));
            for (int i = 0; i < 1_000; i++) {
                assertThat(ann.next()).isEqualTo(new TestClient.Control(ClientFrames.PONG, "p"));
            }
            assertServed(ann);
        }
    }

    @Test
    void publicationsBeyondTheRateAreAnsweredWith111AndNobodyGetsThem() {
        try (NodeFixture node = limited("\"publicationsPerSecond\":3");
                TestClient ann = node.member("ann", "room:a");
                TestClient bob = node.member("bob", "room:a")) {
            ann.send(times(20, "{\"id\":9,\"publish\":{\"channel\":\"room:a\",\"data\":\"ann\"}}"));
            long taken = 20 - refused(replies(ann, 20));
            assertThat(taken).isEqualTo(3);
            assertThat(limited(node, "publications")).isEqualTo(17);

            node.publish("room:a", "last");

            for (int i = 0; i < taken; i++) {
                assertThat(bob.publication("room:a").getString("data")).isEqualTo("ann");
            }
            assertThat(bob.publication("room:a").getString("data")).isEqualTo("last");
            assertServed(ann);
        }
    }

    @Test
    void whoSendsTooManyBytesIsReadMoreSlowlyAndLosesNothing() {
        int commands = 20;
        byte[] command = ClientFrames.text(UNSUBSCRIBE + " ".repeat((32 << 10) - UNSUBSCRIBE.length()));
        try (NodeFixture node = limited("\"bytesPerSecond\":\"256KiB\",\"burst\":\"100ms\"");
                TestClient ann = node.connect("ann");
                TestClient bob = node.connect("bob")) {
            long from = System.nanoTime();
            for (int i = 0; i < commands; i++) {
                ann.write(command);
            }
            assertServed(bob);
            assertThat(replies(ann, commands)).allMatch(reply -> reply.containsKey("unsubscribe"));

            // 640 KiB, of which a burst and one read are free.
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from)).isGreaterThan(1_800);
            assertThat(limited(node, "bytes")).isPositive();
            Eventually.until(() -> ann.call("unsubscribe", "room:x"), reply -> reply.containsKey("unsubscribe"));
        }
    }

    @Test
    void oneChannelTooManyIsAnsweredWith106() {
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"channelsPerConnection\":2}}");
                TestClient ann = node.member("ann", "room:a")) {
            assertThat(ann.call("subscribe", "room:b").getJsonObject("error").getInteger("code"))
                    .isEqualTo(106);
            assertThat(limited(node, "channels")).isEqualTo(1);
            assertServed(ann);
        }
    }

    @Test
    void pastTheBytesOfTheNodeTheWorstReadersAreCutAndTheOthersGetEverything() {
        int bound = 4 << 20;
        try (NodeFixture node = NodeFixture.start("""
                {"websocket": {"outboxLimit": "64MiB", "limits": {"outboxBytesPerNode": %d}}}
                """.formatted(bound))) {
            List<TestClient> slow = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                slow.add(stopped(node, "slow" + i));
            }
            List<TestClient> others = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                others.add(node.member("reader" + i, "room:loud"));
            }
            String data = "x".repeat(32 << 10);
            double outbox = 0;
            for (int n = 0; limited(node, "outbox_bytes_per_node") < 3; n++) {
                assertThat(n).isLessThan(2_000);
                node.publish("room:loud", new JsonObject().put("n", n).put("x", data));
                for (TestClient each : others) {
                    assertThat(each.publication("room:loud")
                                    .getJsonObject("data")
                                    .getInteger("n"))
                            .isEqualTo(n);
                }
                outbox = Math.max(outbox, node.metric("millipede_outbox_bytes{loop=\"websocket-0\"}"));
            }
            assertThat(outbox).isLessThanOrEqualTo(bound * 1.1);
            assertThat(node.metric("millipede_connections_closed_total{code=\"3008\"}"))
                    .isEqualTo(limited(node, "outbox_bytes_per_node"));
            others.forEach(AbuseIT::assertServed);
            others.forEach(TestClient::close);
            slow.forEach(TestClient::close);
        }
    }

    private static TestClient stopped(NodeFixture node, String user) {
        TestClient client = TestClient.dial(node.port(), 4096);
        client.write(TestClient.handshake(node.port()));
        client.upgraded();
        NodeFixture.subscribe(NodeFixture.connect(client, user), "room:loud");
        client.stopReading();
        return client;
    }

    @Test
    void whoDribblesOrSaysNothingIsCutAtTheDeadlineWhileOthersComeAndGo() throws IOException {
        int each = 150;
        List<Socket> strangers = new ArrayList<>();
        List<TestClient> upgraded = new ArrayList<>();
        try (NodeFixture node =
                NodeFixture.start("{\"websocket\":{\"handshakeTimeout\":\"2s\",\"connectTimeout\":\"2s\"}}")) {
            for (int i = 0; i < 2 * each; i++) {
                strangers.add(new Socket(InetAddress.getLoopbackAddress(), node.port()));
            }
            List<Socket> dribblers = strangers.subList(0, each);
            for (Socket dribbler : dribblers) {
                dribbler.getOutputStream().write("GET /connection/websocket HTTP/1.1\r\nX: ".getBytes(US_ASCII));
            }
            for (int i = 0; i < each / 5; i++) {
                upgraded.add(node.open());
            }
            List<Socket> going = new ArrayList<>(dribblers);
            Eventually.until(
                    () -> {
                        going.removeIf(dribbler -> !dribbles(dribbler));
                        node.connect("honest").close();
                        return going.size();
                    },
                    left -> left == 0);
            for (Socket silent : strangers.subList(each, 2 * each)) {
                silent.setSoTimeout(TestClient.DEADLINE_SECONDS * 1_000);
                assertThat(silent.getInputStream().read()).isNegative();
            }
            for (TestClient client : upgraded) {
                assertThat(client.closed()).isEqualTo(new Closed(3502, "stale"));
            }
            assertServed(node.connect("honest"));
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
            upgraded.forEach(TestClient::close);
        }
    }

    /** One more byte of a header; false when it has been cut. */
    private static boolean dribbles(Socket socket) {
        try {
            socket.getOutputStream().write('a');
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
