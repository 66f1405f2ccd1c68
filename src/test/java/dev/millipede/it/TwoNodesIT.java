package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.TokenMint;
import dev.millipede.channel.Payload;
import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.SeparateNode;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, each a JVM of its own, and one Redis between them. */
class TwoNodesIT {
    private static final int IN_ORDER = 1_000;
    private static final int ELSEWHERE = 100;
    private static final String MARK = "nothing came twice before this";
    private static final String ROUTED = "millipede_publications_total{namespace=\"%s\",source=\"backplane\"}";
    private static final String UNROUTED = "millipede_publications_unrouted_total";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private static SeparateNode a;

    @SuppressWarnings("NullAway.Init")
    private static SeparateNode b;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        JsonObject config = NodeFixture.config()
                .mergeIn(
                        new JsonObject()
                                .put("websocket", new JsonObject().put("instances", 2))
                                .put(
                                        "namespaces",
                                        new JsonObject().put("user", new JsonObject().put("publish", "authenticated")))
                                .put(
                                        "backplane",
                                        new JsonObject()
                                                .put("type", "redis")
                                                .put("redis", new JsonObject().put("uri", redis.unixUri()))),
                        true);
        a = SeparateNode.launch(directory, config);
        b = SeparateNode.launch(directory, config);
        a.awaitReady();
        b.awaitReady();
    }

    @AfterAll
    static void stop() {
        a.close();
        b.close();
        redis.close();
    }

    private static JsonObject published(TestClient publisher, String channel, Object data) {
        JsonObject reply = publisher.publish(channel, data);
        assertThat(reply.getJsonObject("publish")).as(reply.encode()).isEqualTo(new JsonObject());
        return reply;
    }

    /** The next push is the mark, published behind everything in that channel: what came before it came once. */
    private static void assertMark(TestClient client, String channel) {
        assertThat(client.publication(channel)).isEqualTo(new JsonObject().put("data", MARK));
    }

    @Test
    void aUserReachesAUserOfTheOtherNodeOnceAndWithWhoItIs() {
        Payload info = Payload.ofValidated("{\"name\":\"Ann\"}".getBytes(UTF_8));
        String token = new TokenMint(NodeFixture.SECRET, InstantSource.system()).mint("ann", 3600, info);
        try (TestClient ann = a.open();
                TestClient bob = b.connect("bob")) {
            JsonObject connected = ann.call("connect", new JsonObject().put("token", token));
            JsonObject data = new JsonObject().put("text", "hi");
            published(ann, "user:bob", data);
            a.internal().publish("user:bob", MARK);

            JsonObject sender = new JsonObject()
                    .put("user", "ann")
                    .put("client", connected.getJsonObject("connect").getString("client"))
                    .put("conn_info", new JsonObject().put("name", "Ann"));
            assertThat(bob.publication("user:bob"))
                    .isEqualTo(new JsonObject().put("data", data).put("info", sender));
            assertMark(bob, "user:bob");
        }
    }

    @Test
    void aUserHearsOfItOnEveryNodeSheIsConnectedTo() {
        try (TestClient ann = a.connect("ann");
                TestClient here = a.connect("twice");
                TestClient there = b.connect("twice")) {
            published(ann, "user:twice", 1);
            a.internal().publish("user:twice", MARK);
            for (TestClient each : List.of(here, there)) {
                assertThat(each.publication("user:twice").getInteger("data")).isEqualTo(1);
                assertMark(each, "user:twice");
            }
        }
    }

    @Test
    void aRoomHasMembersOnBothNodes() {
        String room = "room:both";
        try (TestClient ann = a.member("ann", room);
                TestClient anotherOfA = a.member("amy", room);
                TestClient bob = b.member("bob", room);
                TestClient anotherOfB = b.member("ben", room);
                TestClient stranger = b.connect("eve")) {
            published(ann, room, "from a");
            published(bob, room, "from b");
            b.internal().publish(room, MARK);
            for (TestClient member : List.of(ann, anotherOfA, bob, anotherOfB)) {
                JsonObject first = member.publication(room);
                assertThat(first.getString("data")).isEqualTo("from a");
                assertThat(first.getJsonObject("info").getString("user")).isEqualTo("ann");
                JsonObject second = member.publication(room);
                assertThat(second.getString("data")).isEqualTo("from b");
                assertThat(second.getJsonObject("info").getString("user")).isEqualTo("bob");
                assertMark(member, room);
            }
            a.internal().publish("user:eve", MARK);
            assertMark(stranger, "user:eve");
        }
    }

    @Test
    void aBroadcastOverTheApiOfEitherNodeReachesEverybody() {
        try (TestClient ann = a.connect("ann");
                TestClient bob = b.connect("bob")) {
            a.internal().publish("broadcast", "from a");
            b.internal().publish("broadcast", "from b");
            a.internal().publish("broadcast", MARK);
            for (TestClient each : List.of(ann, bob)) {
                assertThat(each.publication("broadcast")).isEqualTo(new JsonObject().put("data", "from a"));
                assertThat(each.publication("broadcast")).isEqualTo(new JsonObject().put("data", "from b"));
                assertMark(each, "broadcast");
            }
        }
    }

    @Test
    void oneCallReachesUsersOfBothNodes() {
        JsonArray channels = new JsonArray().add("user:ann").add("user:bob").add("user:nobody");
        try (TestClient ann = a.connect("ann");
                TestClient bob = b.connect("bob")) {
            for (SeparateNode node : List.of(a, b)) {
                JsonObject result = node.internal()
                        .api(
                                "broadcast",
                                new JsonObject().put("channels", channels).put("data", "all of you"));
                assertThat(result.getJsonArray("responses"))
                        .hasSize(3)
                        .allMatch(each -> ((JsonObject) each).containsKey("result"));
            }
            b.internal().publish("user:ann", MARK);
            b.internal().publish("user:bob", MARK);
            for (int i = 0; i < 2; i++) {
                assertThat(ann.publication("user:ann").getString("data")).isEqualTo("all of you");
                assertThat(bob.publication("user:bob").getString("data")).isEqualTo("all of you");
            }
            assertMark(ann, "user:ann");
            assertMark(bob, "user:bob");
        }
    }

    @Test
    void aPlainPublishInRedisReachesTheUserWhereverSheIs() {
        try (TestClient onA = a.connect("42");
                TestClient onB = b.connect("42")) {
            assertThat(redis.publish("user:42", "{\"text\":\"hi\"}")).isEqualTo(2);
            assertThat(redis.publish("user:42", "hello")).isEqualTo(2);
            assertThat(redis.publish("user:42", "\"" + MARK + '"')).isEqualTo(2);
            for (TestClient each : List.of(onA, onB)) {
                assertThat(each.publication("user:42"))
                        .isEqualTo(new JsonObject().put("data", new JsonObject().put("text", "hi")));
                assertThat(each.publication("user:42")).isEqualTo(new JsonObject().put("data", "hello"));
                assertMark(each, "user:42");
            }
        }
    }

    @Test
    void aNodeWithoutASubscriberReceivesNothingForIt() {
        String users = ROUTED.formatted("user");
        String rooms = ROUTED.formatted("room");
        try (TestClient alone = a.connect("alone");
                TestClient other = b.member("other", "room:other")) {
            assertThat(redis.numsub("user:alone")).isEqualTo(1);
            double usersBefore = b.internal().metric(users);
            double roomsBefore = b.internal().metric(rooms);
            double unroutedBefore = b.internal().metric(UNROUTED);
            for (int i = 0; i < ELSEWHERE; i++) {
                b.internal().publish("user:alone", i);
            }
            // Redis writes to each node in order: had it written those to b, b would have had them before this.
            a.internal().publish("room:other", MARK);
            assertMark(other, "room:other");
            for (int i = 0; i < ELSEWHERE; i++) {
                assertThat(alone.publication("user:alone").getInteger("data")).isEqualTo(i);
            }
            assertThat(b.internal().metric(rooms)).isEqualTo(roomsBefore + 1);
            assertThat(b.internal().metric(users)).isEqualTo(usersBefore);
            assertThat(b.internal().metric(UNROUTED)).isEqualTo(unroutedBefore);
            System.out.printf(
                    "node without the user: %d publications for her elsewhere, %.0f received here%n",
                    ELSEWHERE, b.internal().metric(users) - usersBefore);
        }
    }

    @Test
    void whoReconnectsToTheOtherNodeGoesOnThere() {
        String room = "room:moving";
        try (TestClient stays = a.member("stays", room)) {
            try (TestClient before = a.member("moves", room)) {
                published(stays, room, 1);
                assertThat(before.publication(room).getInteger("data")).isEqualTo(1);
            }
            try (TestClient after = b.member("moves", room)) {
                published(stays, room, 2);
                published(after, room, 3);
                published(stays, "user:moves", 4);
                assertThat(after.publication(room).getInteger("data")).isEqualTo(2);
                assertThat(after.publication(room).getInteger("data")).isEqualTo(3);
                assertThat(after.publication("user:moves").getInteger("data")).isEqualTo(4);
                for (int i = 1; i <= 3; i++) {
                    assertThat(stays.publication(room).getInteger("data")).isEqualTo(i);
                }
                // The node she left gives her up, the one she is on does not.
                Eventually.until(() -> redis.numsub("user:moves"), count -> count == 1);
                b.internal().publish("user:moves", MARK);
                assertMark(after, "user:moves");
            }
        }
    }

    @Test
    void whatOneClientPublishesArrivesInOrderOnBothNodes() {
        String room = "room:order";
        List<TestClient> members = new ArrayList<>();
        try (TestClient publisher = a.member("publisher", room)) {
            members.add(publisher);
            members.add(a.member("onA", room));
            members.add(b.member("onB", room));
            members.add(b.member("alsoOnB", room));
            String[] commands = new String[IN_ORDER];
            for (int i = 0; i < IN_ORDER; i++) {
                JsonObject body = new JsonObject().put("channel", room).put("data", i);
                commands[i] =
                        new JsonObject().put("id", 100 + i).put("publish", body).encode();
            }
            long start = System.nanoTime();
            for (int from = 0; from < IN_ORDER; from += 100) {
                publisher.send(List.of(commands).subList(from, from + 100).toArray(String[]::new));
            }
            for (int i = 0; i < IN_ORDER; i++) {
                assertThat(publisher.reply())
                        .isEqualTo(new JsonObject().put("id", 100 + i).put("publish", new JsonObject()));
            }
            b.internal().publish(room, MARK);
            for (TestClient member : members) {
                for (int i = 0; i < IN_ORDER; i++) {
                    assertThat(member.publication(room).getInteger("data")).isEqualTo(i);
                }
                assertMark(member, room);
            }
            System.out.printf(
                    "order: %d publications in order at %d members on two nodes in %d ms%n",
                    IN_ORDER, members.size(), (System.nanoTime() - start) / 1_000_000);
        } finally {
            members.forEach(TestClient::close);
        }
    }
}
