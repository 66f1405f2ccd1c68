package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClusterNode;
import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of a cluster, each a process of its own. What takes longer is in {@link ClusterChaosIT}. */
class ClusterIT {
    private static final String SECRET = "a cluster's secret of 32 bytes or more";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private static ClusterNode first;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        first = begin(SECRET).started();
    }

    @AfterAll
    static void stop() {
        first.close();
        redis.close();
    }

    private static ClusterNode begin(String secret, String... members) {
        return ClusterNode.begin(
                directory,
                redis,
                new JsonObject().put("secret", secret).put("members", new JsonArray(List.of(members))));
    }

    private static void awaitNodes(ClusterNode node, int nodes) {
        Eventually.until(node::names, names -> names.size() == nodes);
    }

    private static void measured(String what, double seconds) {
        System.out.printf("measured: %s after %.2f s%n", what, seconds);
    }

    @Test
    void nodesKnowEachOtherUntilTheyEnd() {
        try (ClusterNode killed = begin(SECRET, first.address());
                ClusterNode stopped = begin(SECRET, first.address())) {
            killed.started();
            stopped.started();
            for (ClusterNode node : List.of(first, killed, stopped)) {
                awaitNodes(node, 3);
                assertThat(node.names()).startsWith(node.name());
                assertThat(node.names()).contains(first.name(), killed.name(), stopped.name());
            }
            countsTravel(stopped);

            killed.process().signal("KILL");
            double gone = Eventually.secondsUntil(15, first::names, names -> names.size() == 2);
            measured("kill -9: gone", gone);
            assertThat(gone).isLessThan(3);
            awaitNodes(stopped, 2);

            stopped.process().terminate();
            double left = Eventually.secondsUntil(15, first::names, names -> names.size() == 1);
            measured("SIGTERM: gone", left);
            assertThat(left).isLessThan(2);
            assertThat(stopped.process().exitCode()).as(stopped.process().log()).isZero();
        }
    }

    /** A connection of one node is in the answer of another, two announcements later at the latest. */
    private static void countsTravel(ClusterNode node) {
        try (TestClient ann = NodeFixture.connect(TestClient.open(node.publicPort()), "ann")) {
            assertThat(ann.call("subscribe", "room:lobby").containsKey("subscribe"))
                    .isTrue();
            Eventually.until(() -> count(node, "num_clients"), clients -> clients == 1);
            assertThat(first.metric("millipede_cluster_nodes")).isEqualTo(3);
        }
        Eventually.until(() -> count(node, "num_clients"), clients -> clients == 0);
    }

    /** As the first node has it. */
    private static int count(ClusterNode node, String what) {
        return first.info().stream()
                .filter(each -> each.getString("name").equals(node.name()))
                .mapToInt(each -> each.getInteger(what))
                .findFirst()
                .orElse(-1);
    }

    @Test
    void aNodeWithAnotherSecretIsNotSeen() {
        try (ClusterNode stranger = begin("another secret that is long enough", first.address());
                ClusterNode member = begin(SECRET, first.address())) {
            stranger.started();
            member.started();
            Eventually.until(first::names, names -> names.contains(member.name()));

            assertThat(first.names()).doesNotContain(stranger.name());
            assertThat(stranger.names()).containsExactly(stranger.name());
            assertThat(stranger.process().log()).doesNotContain("another secret");
        }
    }

    @Test
    void aPortThatIsTakenIsSaidInASentence() {
        int port = Integer.parseInt(first.address().replaceFirst(".*:", ""));
        JsonObject config = ClusterNode.config(redis)
                .mergeIn(new JsonObject().put("cluster", new JsonObject().put("port", port)), true);
        try (NodeProcess process = NodeProcess.start(
                "--config", ClusterNode.file(directory, config).toString())) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.log())
                    .endsWith("cannot start: cluster.port: cannot listen on " + first.address()
                            + ": Address already in use");
        }
    }

    @Test
    void aHostThatIsNotOursIsSaidInASentence() {
        JsonObject config = ClusterNode.config(redis)
                .mergeIn(
                        new JsonObject()
                                .put(
                                        "cluster",
                                        new JsonObject()
                                                .put("host", "192.0.2.1")
                                                .put("secret", SECRET)),
                        true);
        try (NodeProcess process = NodeProcess.start(
                "--config", ClusterNode.file(directory, config).toString())) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.log()).contains("cannot start: cluster.port: cannot listen on 192.0.2.1:0: ");
        }
    }
}
