package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.LogLines;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.Relay;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Redis that goes, comes back, or only seems to be there. Clients stay connected all the while. */
@ExtendWith(LogErrors.class)
class RedisLossIT {
    private static final String ROOM = "room:loss";
    private static final String LOSSES = "millipede_backplane_losses_total";

    private final RedisProcess redis = RedisProcess.startTcp();

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    private static JsonObject section(String uri) {
        return new JsonObject().put("uri", uri);
    }

    private static void unready(NodeFixture node) {
        Eventually.until(node::isReady, ready -> !ready);
    }

    private static void hears(NodeFixture node, TestClient member, int number) {
        node.publish(ROOM, number);
        assertThat(member.publication(ROOM).getInteger("data")).isEqualTo(number);
    }

    private static void isRefused(JsonObject reply) {
        assertThat(reply.getJsonObject("error", new JsonObject()).getInteger("code"))
                .as(reply.encode())
                .isEqualTo(100);
        assertThat(reply.getJsonObject("error").getBoolean("temporary")).isTrue();
    }

    @Test
    void aNodeStartsWithoutRedisSaysSoAndBecomesReadyByItself() {
        redis.kill();
        try (LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(section(redis.uri()));
                TestClient early = node.open()) {
            log.await("Redis cannot be reached");
            assertThat(node.isReady()).isFalse();
            isRefused(early.call("connect", new JsonObject().put("token", NodeFixture.token("ann"))));

            redis.restart();
            try (TestClient ann = node.ready().member("ann", ROOM)) {
                hears(node, ann, 1);
            }
        }
    }

    @Test
    void whileRedisIsGoneNothingIsPromisedAndAfterwardsAllIsAsBefore() {
        try (LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(redis.uri());
                TestClient ann = node.member("ann", ROOM)) {
            redis.kill();
            unready(node);
            isRefused(ann.publish(ROOM, "lost"));
            isRefused(ann.call("subscribe", "room:other"));
            log.await("cannot be reached to subscribe");

            redis.restart();
            node.ready();
            hears(node, ann, 1);
            assertThat(ann.call("subscribe", "room:other").containsKey("subscribe"))
                    .isTrue();
            assertThat(node.metric(LOSSES)).isEqualTo(1);
            assertThat(log.all())
                    .filteredOn(line -> line.contains("cannot be reached"))
                    .hasSizeBetween(1, 4);
        }
    }

    @Test
    void killedConnectionsAreMadeAgainAndEverythingSubscribedTo() {
        try (Relay relay = Relay.to(redis);
                NodeFixture node = NodeFixture.onRedis(relay.uri());
                TestClient ann = node.member("ann", ROOM)) {
            for (int i = 1; i <= 3; i++) {
                int losses = i;
                if (i == 2) {
                    assertThat(redis.killPubSubConnections()).isEqualTo(1);
                } else {
                    relay.cut();
                }
                Eventually.until(() -> node.metric(LOSSES), count -> count == losses);
                node.ready();
                assertThat(redis.numsub(ROOM)).isEqualTo(1);
                hears(node, ann, i);
            }
        }
    }

    @Test
    void aNodeThatStopsHasLostNothing() {
        try (LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(redis.uri())) {
            node.stop();

            assertThat(log.all()).noneMatch(line -> line.startsWith("WARN"));
            assertThat(String.valueOf(redis.command("CLIENT", "LIST")).lines()).hasSize(1);
        }
    }

    @Test
    void aRedisThatTakesNoConnectionsIsTriedUntilItDoes() {
        try (Relay relay = Relay.to(redis);
                NodeFixture node = NodeFixture.onRedis(relay.uri());
                TestClient ann = node.member("ann", ROOM)) {
            relay.refuse();
            relay.cut();
            unready(node);
            isRefused(ann.publish(ROOM, "lost"));

            relay.accept();
            node.ready();
            hears(node, ann, 1);
        }
    }

    /** TCP says nothing of it and Redis delivers to it all the same. */
    @Test
    void aConnectionThatHearsNothingAnyMoreIsNoticedAndReplaced() {
        try (Relay relay = Relay.to(redis);
                LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(relay.uri());
                TestClient ann = node.member("ann", ROOM)) {
            relay.holdSubscribers();
            unready(node);
            assertThat(redis.numsub(ROOM)).isEqualTo(1);
            log.await("a probe that Redis delivered did not arrive");

            node.ready();
            hears(node, ann, 1);
            Eventually.until(() -> redis.numsub(ROOM), listeners -> listeners == 1);
        }
    }

    @Test
    void aConnectionThatAnswersNothingIsNoticedAndReplaced() {
        try (Relay relay = Relay.to(redis);
                LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(relay.uri());
                TestClient ann = node.member("ann", ROOM)) {
            relay.holdPublishers();
            unready(node);
            isRefused(ann.publish(ROOM, "not known"));
            log.await("nothing was answered");

            node.ready();
            hears(node, ann, 1);
            assertThat(node.metric(LOSSES)).isZero();
        }
    }

    @Test
    void aRedisThatStandsStillKeepsItsSubscriptionsAndGoesOn() {
        try (NodeFixture node = NodeFixture.onRedis(redis.uri());
                TestClient ann = node.member("ann", ROOM)) {
            redis.pause();
            unready(node);
            isRefused(ann.publish(ROOM, 0));
            isRefused(ann.call("subscribe", "room:other"));

            redis.resume();
            node.ready();
            node.publish(ROOM, 1);
            // Error 100 is no promise: what was under way when Redis stood still is carried out when it goes on.
            int heard = ann.publication(ROOM).getInteger("data");
            assertThat(heard == 0 ? ann.publication(ROOM).getInteger("data") : heard)
                    .isEqualTo(1);
            assertThat(node.metric(LOSSES)).isZero();
        }
    }
}
