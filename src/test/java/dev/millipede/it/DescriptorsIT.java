package dev.millipede.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.SeparateNode;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that may open 1,024 files and gets more clients than that. */
class DescriptorsIT {
    private static final int LIMIT = 1_024;
    private static final List<String> LAUNCHER = List.of("sh", "-c", "ulimit -n " + LIMIT + "; exec \"$@\"", "sh");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private SeparateNode node(JsonObject websocket) {
        return SeparateNode.launch(LAUNCHER, directory, NodeFixture.config().put("websocket", websocket), Map.of())
                .awaitReady();
    }

    private static TestClient member(SeparateNode node, int number) {
        return node.member("user" + number, "room:full");
    }

    private static void everybodyHears(SeparateNode node, List<TestClient> members, int data) {
        node.internal()
                .api("publish", new JsonObject().put("channel", "room:full").put("data", data));
        for (TestClient member : members) {
            assertThat(member.publication("room:full").getInteger("data")).isEqualTo(data);
        }
    }

    @Test
    void atTheCapTheSurplusGets503AndTheRestNeverNotice() throws IOException {
        try (SeparateNode node = node(new JsonObject())) {
            int cap = (int) node.internal().metric("millipede_connections_limit");
            assertThat(cap).isEqualTo(LIMIT - 128);
            List<TestClient> members = new ArrayList<>();
            for (int i = 0; i < cap; i++) {
                members.add(member(node, i));
            }
            assertThat(node.internal().metric("millipede_descriptors_free")).isBetween(16.0, 128.0);
            for (int i = 0; i < 300; i++) {
                RawHttp.Reply reply = RawHttp.send(node.port(), TestClient.handshakeHead(node.port()), new byte[0]);
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.header("Retry-After")).containsExactly("5");
            }
            everybodyHears(node, members, 1);
            assertThat(node.internal().metric("millipede_connections")).isEqualTo(cap);
            assertThat(node.internal().metric("millipede_accept_pauses_total")).isZero();
            members.forEach(TestClient::close);
        }
    }

    @Test
    void whereNoCapIsSetDescriptorsRunOutAndAcceptingPausesAndResumes() throws IOException {
        try (SeparateNode node = node(new JsonObject().put("maxConnections", 1_000_000));
                Socket monitor = new Socket(
                        node.internal().address().getAddress(),
                        node.internal().address().getPort())) {
            List<TestClient> members = new ArrayList<>();
            for (int i = 0; i < 700; i++) {
                members.add(member(node, i));
            }
            List<TestClient> surplus = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                TestClient client = TestClient.dial(node.port());
                client.write(TestClient.handshake(node.port()));
                surplus.add(client);
            }
            node.process().awaitLog("cannot accept on");
            assertThat(scrape(monitor)).contains("millipede_descriptors_free 0.0");
            assertThat(cpuShareOfThreeSeconds(node)).isLessThan(0.2);
            // The API has no descriptor either, clients have theirs.
            everybodyHearsFromAClient(members, 1);
            for (int i = 0; i < 300; i++) {
                members.remove(members.size() - 1).close();
            }
            double seconds = Eventually.secondsUntil(
                    15, () -> (int) node.internal().metric("millipede_connections"), open -> open == 700 - 300 + 500);
            assertThat(seconds).isLessThan(3);
            assertThat(node.internal().metric("millipede_accept_pauses_total")).isBetween(1.0, 60.0);
            surplus.forEach(TestClient::upgraded);
            everybodyHears(node, members, 2);
            surplus.forEach(TestClient::close);
            members.forEach(TestClient::close);
        }
    }

    /** Over a connection that was there before. */
    private static String scrape(Socket monitor) throws IOException {
        monitor.setSoTimeout(10_000);
        monitor.getOutputStream()
                .write("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
        return new String(monitor.getInputStream().readAllBytes(), ISO_8859_1);
    }

    /** Of one core; a loop that asks for what it cannot have would take all of it. */
    private static double cpuShareOfThreeSeconds(SeparateNode node) {
        double before = node.process().cpuSeconds();
        long from = System.nanoTime();
        double seconds =
                Eventually.secondsUntil(10, () -> System.nanoTime() - from, elapsed -> elapsed > 3_000_000_000L);
        return (node.process().cpuSeconds() - before) / seconds;
    }

    private static void everybodyHearsFromAClient(List<TestClient> members, int data) {
        members.get(0).publish("room:full", data);
        for (TestClient member : members) {
            assertThat(member.publication("room:full").getInteger("data")).isEqualTo(data);
        }
    }
}
