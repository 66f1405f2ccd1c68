package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.TokenMint;
import dev.millipede.auth.TokenMint.Order;
import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.SeparateNode;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may, on all nodes: revocation, connections of a user, subscription tokens. Two nodes and a Redis. */
class AccessIT {
    private static final TokenMint MINT = new TokenMint(NodeFixture.SECRET, InstantSource.system());
    private static final Closed INVALID = new Closed(3500, "invalid token");
    private static final Closed ENOUGH = new Closed(3504, "connection limit");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture a;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture b;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        a = NodeFixture.start(overrides().encode()).ready();
        b = NodeFixture.start(overrides().encode()).ready();
    }

    private static JsonObject overrides() {
        return new JsonObject()
                .put(
                        "backplane",
                        new JsonObject()
                                .put("type", "redis")
                                .put("redis", new JsonObject().put("uri", redis.unixUri())))
                .put("websocket", new JsonObject().put("connectionsPerUser", 2))
                .put(
                        "namespaces",
                        new JsonObject()
                                .put("room", new JsonObject().put("history", new JsonObject().put("size", 10)))
                                .put("team", new JsonObject().put("userLimited", true)))
                .put(
                        "auth",
                        new JsonObject()
                                .put("expiryGrace", "0s")
                                .put(
                                        "revocation",
                                        new JsonObject().put("users", true).put("tokens", true)));
    }

    @AfterAll
    static void stop() {
        b.close();
        a.close();
        redis.close();
    }

    private static String token(String user, @Nullable String id) {
        return MINT.mint(new Order(user, 3600, null, null, null, id, null, null));
    }

    private static String subscriptionToken(String user, String channel, long ttl) {
        return MINT.mint(new Order(user, ttl, null, channel, null, null, null, null));
    }

    private static TestClient open(NodeFixture node, String token) {
        TestClient client = node.open();
        client.send("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
        return client;
    }

    private static TestClient connected(NodeFixture node, String token) {
        TestClient client = open(node, token);
        assertThat(client.reply().getJsonObject("connect")).isNotNull();
        return client;
    }

    private static int code(JsonObject reply) {
        JsonObject error = reply.getJsonObject("error");
        return error == null ? 0 : error.getInteger("code");
    }

    private static JsonObject subscribe(TestClient client, String channel, @Nullable String token) {
        JsonObject body = new JsonObject().put("channel", channel);
        return client.call("subscribe", token == null ? body : body.put("token", token));
    }

    @Test
    void aRevokedUserIsCutOnEveryNodeWithinASecondAndDoesNotComeBackByThatToken() {
        String token = token("mallory", null);
        try (TestClient here = connected(a, token);
                TestClient there = connected(b, token);
                TestClient bob = connected(b, token("bob", null))) {
            long from = System.nanoTime();
            assertThat(a.api("revoke", new JsonObject().put("user", "mallory")).containsKey("error"))
                    .isFalse();

            assertThat(here.closed()).isEqualTo(INVALID);
            assertThat(there.closed()).isEqualTo(INVALID);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
            System.out.println("revoked and cut on two nodes after " + millis + " ms");
            assertThat(millis).isLessThan(1_000);
            try (TestClient again = open(b, token)) {
                assertThat(again.closed()).isEqualTo(INVALID);
            }
            assertThat(bob.publish("room:none", 1).getJsonObject("error").getInteger("code"))
                    .isEqualTo(103);
        }
    }

    @Test
    void aTokenIsRevokedByItsIdAndAnotherOfThatUserIsNot() {
        try (TestClient stolen = connected(a, token("carol", "stolen"));
                TestClient own = connected(b, token("carol", "own"))) {
            assertThat(b.api("revoke", new JsonObject().put("token", "stolen")).containsKey("error"))
                    .isFalse();

            assertThat(stolen.closed()).isEqualTo(INVALID);
            try (TestClient again = open(a, token("carol", "stolen"))) {
                assertThat(again.closed()).isEqualTo(INVALID);
            }
            assertThat(code(own.call("subscribe", "room:carol"))).isZero();
            own.send("{\"id\":9,\"refresh\":{\"token\":\"" + token("carol", "stolen") + "\"}}");
            assertThat(own.closed()).isEqualTo(INVALID);
        }
    }

    @Test
    void aUserHasSoManyConnectionsOnAllNodesTogether() {
        String token = token("dave", null);
        try (TestClient two = connected(b, token)) {
            try (TestClient one = connected(a, token);
                    TestClient three = open(a, token);
                    TestClient four = open(b, token)) {
                assertThat(three.closed()).isEqualTo(ENOUGH);
                assertThat(four.closed()).isEqualTo(ENOUGH);
                assertThat(code(one.call("subscribe", "room:dave"))).isZero();
            }
            assertThat(Eventually.until(() -> comesIn(b, token), came -> came)).isTrue();
            assertThat(code(two.call("subscribe", "room:dave"))).isZero();
        }
    }

    private static boolean comesIn(NodeFixture node, String token) {
        try (TestClient client = open(node, token)) {
            return client.next() instanceof TestClient.Message;
        }
    }

    @Test
    void theConnectionsOfAKilledNodeCountNoMoreAfterItsLease() {
        String token = token("erin", null);
        SeparateNode doomed = SeparateNode.launch(
                        directory, NodeFixture.config().mergeIn(overrides(), true))
                .awaitReady();
        try (TestClient one = doomed.open();
                TestClient two = doomed.open()) {
            for (TestClient each : List.of(one, two)) {
                each.send("{\"id\":1,\"connect\":{\"token\":\"" + token + "\"}}");
                assertThat(each.reply().getJsonObject("connect")).isNotNull();
            }
            assertThat(comesIn(a, token)).isFalse();

            doomed.process().signal("KILL");
            double seconds = Eventually.secondsUntil(15, () -> comesIn(a, token), came -> came);
            System.out.println("a killed node's connections of a user counted for " + seconds + " s");
            assertThat(seconds).isLessThan(8);
        } finally {
            doomed.close();
        }
    }

    @Test
    void namesThatNeedATokenOrListTheirUsersAreOpenToNobodyElse() {
        try (TestClient ann = connected(a, token("ann", null))) {
            assertThat(code(subscribe(ann, "$room:plan", null))).isEqualTo(103);
            assertThat(code(subscribe(ann, "$room:plan", "not a token"))).isEqualTo(103);
            assertThat(code(subscribe(ann, "$room:plan", subscriptionToken("ann", "$room:plan", -10))))
                    .isEqualTo(109);
            assertThat(code(ann.publish("$room:plan", 1))).isEqualTo(103);
            assertThat(code(ann.call("history", "$room:plan"))).isEqualTo(103);
            assertThat(code(subscribe(ann, "$room:plan", subscriptionToken("ann", "$room:plan", 600))))
                    .isZero();
            assertThat(code(ann.publish("$room:plan", 1))).isZero();
            assertThat(code(ann.call("history", "$room:plan"))).isZero();
            assertThat(code(subscribe(ann, "team:a#ann,bob", null))).isZero();
            assertThat(code(subscribe(ann, "team:a#bob", null))).isEqualTo(103);
            assertThat(code(subscribe(ann, "room:a#ann", null))).isEqualTo(103);
            assertThat(code(subscribe(ann, "user:bob", null))).isEqualTo(103);
            assertThat(code(subscribe(ann, "user:Ann", null))).isEqualTo(103);
            assertThat(code(subscribe(ann, "user:ann ", null))).isEqualTo(107);
            assertThat(code(subscribe(ann, "user:bob\u0000", null))).isEqualTo(107);
        }
    }

    @Test
    void namesThatLookLikePatternsOrHashTagsAreNamesAlsoInRedis() {
        List<String> names = List.of("room:*", "room:?", "room:[ab]", "room:{a}", "room:\\", "room:%0d%0a", "room:a*b");
        try (TestClient ann = connected(a, token("ann", null))) {
            names.forEach(name -> assertThat(code(subscribe(ann, name, null))).isZero());
            for (String other : List.of("room:a", "room:b", "room:{b}", "room:ab", "room:acb")) {
                b.publish(other, "for nobody");
            }
            for (String name : names) {
                b.publish(name, name);
                assertThat(ann.publication(name).getString("data")).isEqualTo(name);
            }
        }
    }

    @Test
    void aSubscriptionTokenOfAnotherUserOrForAnotherChannelClosesTheConnection() {
        for (String token :
                List.of(subscriptionToken("bob", "$room:plan", 600), subscriptionToken("ann", "$room:other", 600))) {
            try (TestClient ann = connected(a, token("ann", null))) {
                ann.send("{\"id\":2,\"subscribe\":{\"channel\":\"$room:plan\",\"token\":\"" + token + "\"}}");
                assertThat(ann.closed()).isEqualTo(INVALID);
            }
        }
    }

    @Test
    void aSubscriptionEndsWithItsTokenAndComingBackToRecoverTakesAnother() {
        try (TestClient ann = connected(a, token("ann", null))) {
            JsonObject begun = subscribe(ann, "$room:short", subscriptionToken("ann", "$room:short", 1))
                    .getJsonObject("subscribe");
            assertThat(begun.getBoolean("expires")).isTrue();
            JsonObject end = ann.push().getJsonObject("unsubscribe");
            assertThat(end.getInteger("code")).isEqualTo(2501);

            JsonObject back = new JsonObject()
                    .put("channel", "$room:short")
                    .put("recover", true)
                    .put("epoch", begun.getString("epoch"))
                    .put("offset", 0);
            assertThat(code(ann.call("subscribe", back))).isEqualTo(103);
            assertThat(code(ann.call("history", "$room:short"))).isEqualTo(103);
            back.put("token", subscriptionToken("ann", "$room:short", 600));
            assertThat(ann.call("subscribe", back).getJsonObject("subscribe").getBoolean("recovered"))
                    .isTrue();
        }
    }

    @Test
    void aConnectionEndsWithItsToken() {
        String token = MINT.mint(new Order("ann", 1, null, null, null, null, null, null));
        try (TestClient ann = connected(a, token)) {
            assertThat(ann.closed()).isEqualTo(new Closed(3005, "connection expired"));
        }
    }
}
