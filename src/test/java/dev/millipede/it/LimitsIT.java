package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many connections a node takes, and where it puts them. */
@ExtendWith(LogErrors.class)
class LimitsIT {
    private static RawHttp.Reply shake(NodeFixture node) {
        return RawHttp.send(node.port(), TestClient.handshakeHead(node.port()), new byte[0]);
    }

    @Test
    void theSurplusIsTurnedAwayAndTheOthersNeverNotice() {
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"maxConnections\":8,\"instances\":2}}")) {
            List<TestClient> members = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                members.add(node.member("member" + i, "room:full"));
            }
            for (int i = 0; i < 20; i++) {
                RawHttp.Reply reply = shake(node);
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.header("Retry-After")).containsExactly("5");
            }
            assertThat(node.metric("millipede_handshakes_refused_total{status=\"503\"}"))
                    .isEqualTo(20);
            assertThat(node.metric("millipede_connections")).isEqualTo(8);
            assertThat(node.metric("millipede_connections_limit")).isEqualTo(8);
            node.publish("room:full", 1);
            for (TestClient member : members) {
                assertThat(member.publication("room:full").getInteger("data")).isEqualTo(1);
                member.close();
            }
        }
    }

    @Test
    void whoComesAtTheSameMomentIsCountedBeforeTheNext() {
        List<TestClient> clients = new ArrayList<>();
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"maxConnections\":1}}")) {
            // Enough that several handshakes are read in one turn of the loop.
            for (int i = 0; i < 16; i++) {
                clients.add(TestClient.dial(node.port()));
            }
            byte[] handshake = TestClient.handshake(node.port());
            clients.forEach(each -> each.write(handshake));
            Eventually.until(
                    () -> node.metric("millipede_connections")
                            + node.metric("millipede_handshakes_refused_total{status=\"503\"}"),
                    answered -> answered == 16);
            assertThat(node.metric("millipede_connections")).isEqualTo(1);
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void aSlotThatIsGivenUpCanBeTakenAgain() {
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"maxConnections\":3}}");
                TestClient first = node.connect("ann");
                TestClient second = node.connect("bob")) {
            for (int i = 0; i < 10; i++) {
                TestClient third = node.connect("eve");
                assertThat(shake(node).status()).isEqualTo(503);
                third.close();
                Eventually.until(() -> node.info().getInteger("num_clients"), count -> count == 2);
            }
            assertThat(first.call("subscribe", "room:1").containsKey("subscribe"))
                    .isTrue();
            assertThat(second.call("subscribe", "room:1").containsKey("subscribe"))
                    .isTrue();
        }
    }

    @Test
    void thoseWhoComeTooFastAreToldToComeLaterAndNotAllAtOnce() {
        try (NodeFixture node = NodeFixture.start("""
                {"websocket": {"instances": 2, "limits": {"connectionsPerSecond": 4, "connectionBurst": 8}}}
                """);
                TestClient ann = node.member("ann", "room:a")) {
            List<RawHttp.Reply> replies = new ArrayList<>();
            Set<String> retries = new HashSet<>();
            long from = System.nanoTime();
            for (int i = 0; i < 40; i++) {
                replies.add(shake(node));
            }
            double seconds = (System.nanoTime() - from) / 1e9;

            List<RawHttp.Reply> refused =
                    replies.stream().filter(each -> each.status() == 503).toList();
            long taken = replies.stream().filter(each -> each.status() == 101).count();
            assertThat(taken + refused.size()).isEqualTo(40);
            // Both instances share one rate, of which ann has taken one.
            assertThat(taken).isBetween(7L, (long) Math.ceil(8 + 4 * seconds));
            refused.forEach(each -> retries.addAll(each.header("Retry-After")));
            assertThat(retries).hasSizeGreaterThan(1).isSubsetOf("1", "2", "3", "4", "5");
            assertThat(node.metric("millipede_limited_total{limit=\"connections_per_second\"}"))
                    .isEqualTo(refused.size());
            assertThat(node.metric("millipede_handshakes_refused_total{status=\"503\"}"))
                    .isEqualTo(refused.size());
            node.publish("room:a", 1);
            assertThat(ann.publication("room:a").getInteger("data")).isEqualTo(1);
            Eventually.until(() -> shake(node).status(), status -> status == 101);
        }
    }

    @Test
    void whoIsRefusedForAnotherReasonUsesUpNothingOfTheRate() {
        try (NodeFixture node = NodeFixture.start("""
                {"websocket": {"connectionsPerAddress": 1, "limits": {"connectionsPerSecond": 1, "connectionBurst": 2}}}
                """)) {
            try (TestClient ann = node.connect("ann")) {
                for (int i = 0; i < 20; i++) {
                    assertThat(shake(node).status()).isEqualTo(429);
                }
                assertThat(node.metric("millipede_limited_total{limit=\"connections_per_address\"}"))
                        .isEqualTo(20);
                assertThat(ann.call("subscribe", "room:1").containsKey("subscribe"))
                        .isTrue();
            }
            Eventually.until(() -> node.metric("millipede_connections"), open -> open == 0);
            assertThat(shake(node).status()).isEqualTo(101);
        }
    }

    @Test
    void longHeadsAreRefusedAndTheLengthsAreKeys() {
        String path = "/nothing?" + "x".repeat(2_000);
        String header = "X: " + "x".repeat(2_000);
        try (NodeFixture node = NodeFixture.start();
                NodeFixture strict =
                        NodeFixture.start("{\"http\":{\"maxHeaderBytes\":\"1KiB\",\"maxLineBytes\":\"1KiB\"}}")) {
            assertThat(RawHttp.get(node.port(), path, header).status()).isEqualTo(404);
            assertThat(RawHttp.get(strict.port(), "/nothing", header).status()).isEqualTo(431);
            assertThat(RawHttp.get(strict.port(), path).status()).isEqualTo(414);
            assertThat(RawHttp.get(node.port(), "/" + "x".repeat(4 << 10)).status())
                    .isEqualTo(414);
            assertThat(RawHttp.get(node.port(), "/", "X: " + "x".repeat(16 << 10))
                            .status())
                    .isEqualTo(431);
            for (int status : new int[] {414, 431}) {
                assertThat(node.metric("millipede_handshakes_refused_total{status=\"" + status + "\"}"))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void requestsForPagesTakeNoSlot() {
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"maxConnections\":1}}")) {
            for (int i = 0; i < 5; i++) {
                assertThat(RawHttp.get(node.port(), "/nothing").status()).isEqualTo(404);
            }
            try (TestClient client = node.connect("ann")) {
                assertThat(RawHttp.get(node.port(), "/nothing").status()).isEqualTo(404);
                assertThat(client.call("subscribe", "room:1").containsKey("subscribe"))
                        .isTrue();
            }
        }
    }

    @Test
    void connectionsSpreadEvenlyOverTheInstances() {
        int instances = 4;
        int each = 50;
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"instances\":" + instances + "}}")) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < instances * each; i++) {
                clients.add(node.connect("user" + i));
            }
            for (int i = 0; i < instances; i++) {
                // One subscription each, to the personal channel.
                assertThat(node.metric("millipede_subscriptions{loop=\"websocket-" + i + "\"}"))
                        .isBetween(each * 0.9, each * 1.1);
            }
            clients.forEach(TestClient::close);
        }
    }
}
