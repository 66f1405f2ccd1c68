package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClusterNode;
import dev.millipede.support.Eventually;
import dev.millipede.support.InternalPort;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.SeparateNode;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose wall clock is set an hour forward, two back and right again (libfaketime); its monotonic clock goes on. */
@Tag("chaos")
class ClockJumpIT {
    private static final int CLIENTS = 20;
    private static final int PUBLICATIONS = 50;
    private static final String DELIVERIES = "millipede_deliveries_total";

    /** After each jump so long: several pings. */
    private static final double STEADY_SECONDS = 7;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void whenTheClockJumpsByAnHourNobodyIsCutAndEverythingArrives() throws Exception {
        Path clock = Files.writeString(directory.resolve("clock"), "+0\n");
        Map<String, String> variables = Map.of(
                "LD_PRELOAD",
                library().toString(),
                "FAKETIME_TIMESTAMP_FILE",
                clock.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
        try (RedisProcess redis = RedisProcess.start();
                SeparateNode node =
                        SeparateNode.launch(directory, config(redis), variables).awaitReady();
                PongingProcess clients = PongingProcess.start(List.of(), "127.0.0.1:" + node.port(), CLIENTS)) {
            Eventually.until(() -> connected(node.internal()), count -> count == CLIENTS);
            // One that expired half an hour ago, one that does in half an hour: who is let in tells what the node takes
            // for now.
            String expired = NodeFixture.token("early", -1_800);
            String valid = NodeFixture.token("late", 1_800);
            for (String jump : List.of("+0", "+3600", "-3600", "+0")) {
                Files.writeString(clock, jump + '\n');
                Eventually.until(
                        () -> List.of(isLetIn(node, expired), isLetIn(node, valid)),
                        letIn -> letIn.equals(List.of(jump.equals("-3600"), !jump.equals("+3600"))));
                staysAsItIs(node.internal());
            }
            assertThat(clients.isAlive()).isTrue();
        }
    }

    private static Path library() throws IOException {
        try (Stream<Path> files =
                Files.find(Path.of("/usr/lib"), 3, (file, ignored) -> file.endsWith("libfaketimeMT.so.1"))) {
            Path found = files.findFirst().orElse(null);
            if (found == null) {
                String skipped = "NOT tested, because libfaketime is not installed";
                System.out.println("\n*** SKIPPED: " + skipped + " ***\n");
                Assumptions.abort(skipped);
                throw new AssertionError();
            }
            return found;
        }
    }

    /** Alone: joining, with a library in front of every look at a clock, takes longer than a busy machine may have. */
    private static JsonObject config(RedisProcess redis) {
        return ClusterNode.config(redis)
                .mergeIn(
                        new JsonObject()
                                .put("cluster", new JsonObject().put("enabled", false))
                                .put(
                                        "websocket",
                                        new JsonObject()
                                                .put("pingInterval", "3s")
                                                .put("pongTimeout", "2500ms"))
                                .put(
                                        "namespaces",
                                        new JsonObject()
                                                .put(
                                                        "broadcast",
                                                        new JsonObject()
                                                                .put("history", new JsonObject().put("size", 100)))),
                        true);
    }

    private static boolean isLetIn(SeparateNode node, String token) {
        try (TestClient client = node.open()) {
            return client.call("connect", new JsonObject().put("token", token)).containsKey("connect");
        }
    }

    private static int connected(InternalPort internal) {
        return internal.api("info", new JsonObject())
                .getJsonArray("nodes")
                .getJsonObject(0)
                .getInteger("num_clients");
    }

    /** For some seconds nobody goes, all publications reach everybody, and the node says that it can serve. */
    private static void staysAsItIs(InternalPort internal) {
        Eventually.until(() -> connected(internal), count -> count == CLIENTS);
        double before = internal.metric(DELIVERIES);
        for (int i = 0; i < PUBLICATIONS; i++) {
            internal.publish("broadcast", i);
        }
        Eventually.until(() -> internal.metric(DELIVERIES) - before, count -> count == PUBLICATIONS * CLIENTS);
        long from = System.nanoTime();
        Eventually.secondsUntil(
                30,
                () -> {
                    assertThat(connected(internal)).isEqualTo(CLIENTS);
                    assertThat(internal.health("ready")).isEqualTo(200);
                    return (System.nanoTime() - from) / 1e9;
                },
                seconds -> seconds > STEADY_SECONDS);
        assertThat(internal.metric("millipede_backplane_losses_total")).isZero();
        assertThat(internal.metric(DELIVERIES) - before).isEqualTo(PUBLICATIONS * CLIENTS);
    }
}
