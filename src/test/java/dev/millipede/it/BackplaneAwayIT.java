package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** What everybody is told while there is no Redis, and how soon, and how it is afterwards. Two instances. */
@ExtendWith(LogErrors.class)
class BackplaneAwayIT {
    private static final String ROOM = "room:here";
    private static final String LEFT = "room:left";
    private static final String NEW = "room:new";
    private static final int MEMBERS = 20;
    private static final String REFUSALS = "millipede_command_errors_total{code=\"100\"}";

    /** Nothing owed to a client waits longer, and nothing while Redis is known to be away; in milliseconds. */
    private static final long LONGEST = 3_000;

    private static final long AT_ONCE = 1_000;

    private final RedisProcess redis = RedisProcess.start();
    private final List<TestClient> clients = new ArrayList<>();
    private long slowest;

    @AfterEach
    void stop() {
        clients.forEach(TestClient::close);
        redis.close();
    }

    private NodeFixture node() {
        JsonObject config = new JsonObject()
                .put("websocket", new JsonObject().put("instances", 2))
                .put(
                        "backplane",
                        new JsonObject()
                                .put("type", "redis")
                                .put("redis", new JsonObject().put("uri", redis.unixUri())));
        return NodeFixture.start(config.encode());
    }

    private TestClient keep(TestClient client) {
        clients.add(client);
        return client;
    }

    /** Error 100 and temporary, and that within so many milliseconds. */
    private void refused(long within, Supplier<JsonObject> call) {
        long start = System.nanoTime();
        JsonObject answer = call.get();
        long millis = (System.nanoTime() - start) / 1_000_000;
        slowest = Math.max(slowest, millis);
        JsonObject error = answer.getJsonObject("error", new JsonObject());
        assertThat(error.getInteger("code")).as(answer.encode()).isEqualTo(100);
        assertThat(millis).as("milliseconds").isLessThan(within);
    }

    private static JsonObject call(TestClient client, String command, String channel) {
        JsonObject reply = client.call(command, channel);
        JsonObject error = reply.getJsonObject("error");
        assertThat(error == null || error.getBoolean("temporary"))
                .as(reply.encode())
                .isTrue();
        return reply;
    }

    private JsonObject connect(NodeFixture node) {
        return keep(node.open()).call("connect", new JsonObject().put("token", NodeFixture.token("early")));
    }

    private static JsonObject publishOverApi(NodeFixture node, String channel) {
        return node.internal()
                .answer("publish", new JsonObject().put("channel", channel).put("data", "nobody hears this"));
    }

    /** The connection stands and its loop answers. */
    private static void assertOpen(TestClient client) {
        client.write(ClientFrames.frame(ClientFrames.PING, new byte[0]));
        assertThat(client.next()).isEqualTo(new TestClient.Control(ClientFrames.PONG, ""));
    }

    @Test
    void aNodeThatStartsWithoutRedisLivesIsNotReadyAndSaysNoAtOnceUntilRedisAppears() {
        redis.kill();
        try (NodeFixture node = node()) {
            assertThat(node.internal().health("live")).isEqualTo(200);
            assertThat(node.internal().health("ready")).isEqualTo(503);
            assertThat(node.metric("millipede_backplane_ready")).isZero();
            for (int i = 0; i < 4; i++) {
                refused(AT_ONCE, () -> connect(node));
                refused(AT_ONCE, () -> publishOverApi(node, ROOM));
            }
            clients.forEach(BackplaneAwayIT::assertOpen);

            long start = System.nanoTime();
            redis.restart();
            node.ready();
            long millis = (System.nanoTime() - start) / 1_000_000;
            TestClient ann = keep(node.member("ann", ROOM));
            node.publish(ROOM, 1);
            assertThat(ann.publication(ROOM).getInteger("data")).isEqualTo(1);
            node.publish("broadcast", 2);
            assertThat(ann.publication("broadcast").getInteger("data")).isEqualTo(2);
            System.out.printf(
                    "Redis gone at start: slowest refusal %d ms, ready %d ms after Redis was launched%n",
                    slowest, millis);
        }
    }

    @Test
    void whenRedisIsKilledConnectionsStayAndWhenItIsBackTheirSubscriptionsAreTooWithoutAnyAction() {
        try (NodeFixture node = node().ready()) {
            List<TestClient> members = new ArrayList<>();
            for (int i = 0; i < MEMBERS; i++) {
                members.add(keep(node.member("member" + i, ROOM)));
            }
            TestClient leaves = keep(node.member("leaves", LEFT));
            TestClient goes = keep(node.connect("goes"));
            TestClient other = keep(node.connect("other"));

            redis.kill();
            // The node may not have noticed yet; the answer must come all the same.
            refused(LONGEST, () -> members.get(0).publish(ROOM, "nobody hears this"));
            Eventually.until(() -> node.internal().health("ready"), status -> status == 503);
            assertThat(node.internal().health("live")).isEqualTo(200);
            refused(AT_ONCE, () -> members.get(1).publish(ROOM, "nobody hears this"));
            refused(AT_ONCE, () -> publishOverApi(node, ROOM));
            refused(AT_ONCE, () -> call(other, "subscribe", NEW));
            refused(AT_ONCE, () -> call(other, "subscribe", ROOM));
            refused(AT_ONCE, () -> connect(node));
            assertThat(leaves.call("unsubscribe", LEFT).containsKey("unsubscribe"))
                    .isTrue();
            goes.reset();
            clients.stream().filter(client -> client != goes).forEach(BackplaneAwayIT::assertOpen);

            redis.restart();
            node.ready();
            assertThat(redis.numsub(ROOM)).isEqualTo(1);
            assertThat(redis.publish(ROOM, "1")).isEqualTo(1);
            node.publish(ROOM, 2);
            node.publish("broadcast", 3);
            for (int i = 0; i < MEMBERS; i++) {
                TestClient member = members.get(i);
                assertThat(redis.publish("user:member" + i, "4")).isEqualTo(1);
                assertThat(member.publication(ROOM).getInteger("data")).isEqualTo(1);
                assertThat(member.publication(ROOM).getInteger("data")).isEqualTo(2);
                assertThat(member.publication("broadcast").getInteger("data")).isEqualTo(3);
                assertThat(member.publication("user:member" + i).getInteger("data"))
                        .isEqualTo(4);
            }
            for (String abandoned : List.of(LEFT, NEW, "user:goes", "user:early")) {
                Eventually.until(() -> redis.numsub(abandoned), count -> count == 0);
            }
            assertThat(call(other, "subscribe", ROOM).containsKey("subscribe")).isTrue();
            assertThat(redis.numsub(ROOM)).isEqualTo(1);
            System.out.printf(
                    "Redis killed under %d members: slowest refusal %d ms, %.0f loss, all heard again%n",
                    MEMBERS, slowest, node.metric("millipede_backplane_losses_total"));
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
    void theOfficialSdkTriesOnWhileRedisIsAwayAndDoesNotDropItsConnection() throws Exception {
        NodeTests.requireNode();
        redis.kill();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (NodeFixture node = node()) {
            Future<?> sdk = thread.submit(() -> runSdk(node));
            awaitRefusals(node, sdk, 3);
            redis.restart();
            awaitThat(sdk, () -> redis.numsub("room:early") == 1);
            redis.kill();
            awaitRefusals(node, sdk, 4);
            redis.restart();
            sdk.get(1, TimeUnit.MINUTES);
        } finally {
            thread.shutdownNow();
        }
    }

    private static Void runSdk(NodeFixture node) throws Exception {
        new NodeTests(Path.of("target/away"))
                .with(
                        Path.of("src/test/away"),
                        Path.of("src/test/sdk/node.mjs"),
                        Path.of("src/test/sdk/clients.mjs"),
                        Path.of("src/test/sdk/package.json"),
                        Path.of("src/test/sdk/package-lock.json"))
                .with("NODE_URL", "ws://127.0.0.1:" + node.port() + "/connection/websocket")
                .with("NODE_SECRET", NodeFixture.SECRET)
                .passes();
        return null;
    }

    /** Until the node has refused so many commands more. */
    private static void awaitRefusals(NodeFixture node, Future<?> sdk, int more) {
        double before = node.metric(REFUSALS);
        awaitThat(sdk, () -> node.metric(REFUSALS) >= before + more);
    }

    /** Or until the SDK's test has ended, which then is for that to judge. */
    private static void awaitThat(Future<?> sdk, BooleanSupplier condition) {
        Eventually.within(Duration.ofMinutes(1), () -> sdk.isDone() || condition.getAsBoolean(), done -> done);
    }
}
