package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.LogLines;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RedisRights;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A master, a replica and one sentinel that decides alone. */
@ExtendWith(LogErrors.class)
class RedisSentinelIT {
    private static final String MASTER = "main";
    private static final String ROOM = "room:failover";

    /** The failover itself, and the ten seconds after which a node asks again who the master is. */
    private static final Duration LONG = Duration.ofSeconds(40);

    private final RedisProcess first = RedisProcess.startTcp("repl-diskless-sync-delay 0");
    private final RedisProcess second =
            RedisProcess.startTcp("repl-diskless-sync-delay 0", "replicaof 127.0.0.1 " + first.port());
    private final RedisProcess sentinel = RedisProcess.startSentinel(MASTER, first);

    @AfterEach
    void stop() {
        sentinel.close();
        second.close();
        first.close();
    }

    private NodeFixture node(String uri, String... sentinels) {
        return NodeFixture.onRedis(new JsonObject()
                .put("uri", uri)
                .put(
                        "sentinel",
                        new JsonObject().put("master", MASTER).put("nodes", new JsonArray(List.of(sentinels)))));
    }

    private String address() {
        return "127.0.0.1:" + sentinel.port();
    }

    private void sentinelKnowsTheReplica() {
        Eventually.within(
                LONG,
                () -> String.valueOf(sentinel.command("SENTINEL", "REPLICAS", MASTER)),
                replicas -> replicas.contains(Integer.toString(second.port()))
                        && replicas.contains("master-link-status, ok"));
    }

    private void secondIsSubscribedTo() {
        Eventually.within(LONG, this::listenersOfSecond, listeners -> listeners == 1);
    }

    /** A sentinel that makes it the master closes all connections to it, this one too if there is one. */
    private long listenersOfSecond() {
        try {
            return second.numsub(ROOM);
        } catch (UncheckedIOException closed) {
            return -1;
        }
    }

    private static void hears(NodeFixture node, TestClient member, int number) {
        node.publish(ROOM, number);
        assertThat(member.publication(ROOM).getInteger("data")).isEqualTo(number);
    }

    private static String role(RedisProcess redis) {
        List<?> role = (List<?>) Objects.requireNonNull(redis.command("ROLE"));
        return String.valueOf(role.get(0));
    }

    @Test
    void aNodeFollowsTheMasterWhereTheSentinelMovesIt() {
        sentinelKnowsTheReplica();
        try (NodeFixture node = node("redis://ignored:1", address()).ready();
                TestClient ann = node.member("ann", ROOM)) {
            assertThat(first.numsub(ROOM)).isEqualTo(1);
            sentinel.command("SENTINEL", "FAILOVER", MASTER);

            secondIsSubscribedTo();
            node.ready();
            assertThat(role(second)).isEqualTo("master");
            assertThat(first.numsub(ROOM)).isZero();
            hears(node, ann, 1);
        }
    }

    @Test
    void aMasterThatDiesIsReplacedAndFound() {
        sentinelKnowsTheReplica();
        try (NodeFixture node = node("redis://ignored:1", address()).ready();
                TestClient ann = node.member("ann", ROOM)) {
            first.kill();

            secondIsSubscribedTo();
            node.ready();
            hears(node, ann, 1);
        }
    }

    /** As after a network split: the sentinels have decided, and nobody has told the old master or its clients. */
    @Test
    void aMasterThatIsNoneAnyMoreIsLeftThoughItStillAnswers() {
        sentinelKnowsTheReplica();
        try (LogLines log = new LogLines();
                NodeFixture node = node("redis://ignored:1", address()).ready();
                TestClient ann = node.member("ann", ROOM)) {
            sentinel.command("SENTINEL", "REMOVE", MASTER);
            second.command("REPLICAOF", "NO", "ONE");
            sentinel.command("SENTINEL", "MONITOR", MASTER, "127.0.0.1", Integer.toString(second.port()), "1");

            secondIsSubscribedTo();
            log.await("the master is 127.0.0.1:" + second.port() + " now");
            node.ready();
            hears(node, ann, 1);
        }
    }

    @Test
    void theNextSentinelIsAskedWhenOneIsGoneOrDoesNotKnowTheMaster() {
        try (RedisProcess gone = RedisProcess.startTcp();
                RedisProcess ignorant = RedisProcess.startSentinel("another", first)) {
            gone.kill();
            String[] nodes = {"127.0.0.1:" + gone.port(), "127.0.0.1:" + ignorant.port(), address()};
            try (NodeFixture node = node("redis://ignored:1", nodes).ready();
                    TestClient ann = node.member("ann", ROOM)) {
                hears(node, ann, 1);
            }
        }
    }

    @Test
    void theRightsOfTheDocumentationAreEnoughForMasterAndSentinel() {
        String[] rights = RedisRights.documented();
        RedisRights.allow(first, "gateway", "secret", rights);
        first.command("ACL", "SETUSER", "gateway", "+role");
        RedisRights.allow(sentinel, "asker", "other", "-@all", "+sentinel|get-master-addr-by-name");
        JsonObject config = new JsonObject()
                .put("uri", "redis://gateway:secret@ignored:1")
                .put(
                        "sentinel",
                        new JsonObject()
                                .put("master", MASTER)
                                .put("nodes", new JsonArray().add(address()))
                                .put("user", "asker")
                                .put("password", "other"));
        try (NodeFixture node = NodeFixture.onRedis(config).ready();
                TestClient ann = node.member("ann", ROOM)) {
            hears(node, ann, 1);
            assertThat(first.command("ACL", "LOG")).hasToString("[]");
            assertThat(sentinel.command("ACL", "LOG")).hasToString("[]");
        }
    }
}
