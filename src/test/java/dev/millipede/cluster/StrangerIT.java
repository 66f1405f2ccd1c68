package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.support.BusFrames;
import dev.millipede.support.ClusterNode;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.TestClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody who reaches the port of the cluster's event bus and is no member. */
@ExtendWith(LogErrors.class)
class StrangerIT {
    private static final String SECRET = "a cluster's secret of 32 bytes or more";
    private static final String CONTROL = "millipede.control";

    @SuppressWarnings("NullAway.Init")
    private static RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    private final Map<String, Double> before = new HashMap<>();

    @SuppressWarnings("NullAway.Init")
    private BusFrames stranger;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        node = NodeFixture.start(ClusterNode.config(redis)
                .mergeIn(new JsonObject().put("cluster", new JsonObject().put("secret", SECRET)), true)
                .encode());
        Eventually.until(() -> node.metric("millipede_backplane_ready"), ready -> ready == 1);
    }

    @AfterAll
    static void stop() {
        node.close();
        redis.close();
    }

    @BeforeEach
    void dial() {
        for (Rejection reason : Rejection.values()) {
            before.put(reason.label(), total(reason.label()));
        }
        stranger = new BusFrames(node.busPort());
    }

    @AfterEach
    void close() {
        stranger.close();
    }

    private static double total(String reason) {
        return node.metric("millipede_cluster_rejected_total{reason=\"" + reason + "\"}");
    }

    /** Those of this test. */
    private double rejected(Rejection reason) {
        return total(reason.label()) - before.getOrDefault(reason.label(), 0.0);
    }

    /** A status of a node of this uid and name. */
    private static Buffer record(String secret, String ghost, long sentAt) {
        NodeStatus status = new NodeStatus(ghost, ghost, "1", 1, 2, 3, 4, 5);
        return new Seal(ghost, new ClusterKeys(secret).seal())
                .seal(ControlKind.STATUS, StatusBody.write(status), sentAt);
    }

    private void writeRecord(Buffer record) {
        stranger.write(CONTROL, true, BusFrames.BUFFER, BusFrames.sized(record));
    }

    /** What is written is read in order, so that all before has been read when this is known. */
    private void awaitMember(String ghost) {
        writeRecord(record(SECRET, ghost, System.currentTimeMillis()));
        Eventually.until(StrangerIT::names, names -> names.contains(ghost));
    }

    private static List<String> names() {
        return node.api("info", new JsonObject()).getJsonArray("nodes").stream()
                .map(each -> ((JsonObject) each).getString("name"))
                .toList();
    }

    @Test
    void recordsCountWhenTheyAreSealedWithTheSecretUnchangedAndNew() {
        long now = System.currentTimeMillis();
        Buffer changed = record(SECRET, "changed", now);
        changed.setByte(changed.length() - 1, (byte) ~changed.getByte(changed.length() - 1));

        writeRecord(changed);
        writeRecord(record(SECRET + "x", "outsider", now));
        writeRecord(record(SECRET, "late", now - Seal.WINDOW_MILLIS - 1_000));
        writeRecord(Buffer.buffer(new byte[Seal.MAX_LENGTH + 1]));
        Buffer member = record(SECRET, "member", now);
        writeRecord(member);
        writeRecord(member);
        awaitMember("last");

        assertThat(names()).contains("member").doesNotContain("changed", "outsider", "late");
        assertThat(rejected(Rejection.SEAL)).isEqualTo(2);
        assertThat(rejected(Rejection.CLOCK)).isEqualTo(1);
        assertThat(rejected(Rejection.SIZE)).isEqualTo(1);
        assertThat(rejected(Rejection.REPLAY)).isEqualTo(1);
    }

    @Test
    void whatIsNoRecordIsCountedWhateverItIsMadeOf() {
        Buffer text = BusFrames.sized(Buffer.buffer("{}"));
        stranger.write(CONTROL, true, BusFrames.NULL, Buffer.buffer());
        stranger.write(CONTROL, false, BusFrames.STRING, text);
        stranger.write(CONTROL, true, BusFrames.JSON_OBJECT, text);
        stranger.write(CONTROL, true, BusFrames.JSON_OBJECT, BusFrames.sized(Buffer.buffer("{")));
        stranger.write(CONTROL, true, BusFrames.SERIALIZABLE, text);
        stranger.write(CONTROL, true, "by-reference", text);
        stranger.write(CONTROL, true, "unknown-codec", text);

        awaitMember("behind-nonsense");
        assertThat(rejected(Rejection.MALFORMED)).isEqualTo(6);
    }

    @Test
    void thePartsOfANodeAreOutOfReach() {
        Buffer text = BusFrames.sized(Buffer.buffer("{}"));
        for (String part : List.of(LocalBus.ROUTER, LocalBus.NODES, LocalBus.instance(0))) {
            for (boolean all : new boolean[] {true, false}) {
                stranger.write(part, all, BusFrames.NULL, Buffer.buffer());
                stranger.write(part, all, BusFrames.JSON_OBJECT, text);
                stranger.write(part, all, "by-reference", text);
            }
        }
        awaitMember("behind-parts");
        assertThat(total("foreign")).isZero();

        try (TestClient ann = node.member("ann", "room:safe")) {
            node.publish("room:safe", "still here");
            assertThat(ann.publication("room:safe").getString("data")).isEqualTo("still here");
        }
    }
}
