package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClusterNode;
import dev.millipede.support.Eventually;
import dev.millipede.support.Namespaces;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that have gone without a word: their packets are dropped in a network of our own. */
@Tag("chaos")
class HalfOpenIT {
    private static final int CLIENTS = 20;
    private static final double PING_SECONDS = 3;
    private static final double PONG_SECONDS = 2;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void peersWhosePacketsAreDroppedAreCutWithinPingAndPong() throws Exception {
        Namespaces namespaces;
        try {
            namespaces = new Namespaces();
        } catch (IOException e) {
            String skipped = "NOT tested, because network namespaces cannot be made here: " + e.getMessage();
            System.out.println("\n*** SKIPPED: " + skipped + " ***\n");
            Assumptions.abort(skipped);
            return;
        }
        try (namespaces;
                NodeProcess node = node(namespaces)) {
            node.awaitLog("ready");
            try (PongingProcess clients =
                    PongingProcess.start(namespaces.launcher(2), namespaces.address(1) + ":8000", CLIENTS)) {
                Eventually.secondsUntil(10, () -> connected(namespaces), count -> count == CLIENTS);
                // As long as pongs come nobody is cut, however many pings there are.
                long from = System.nanoTime();
                double steady = 1.5 * (PING_SECONDS + PONG_SECONDS);
                Eventually.secondsUntil(
                        30,
                        () -> {
                            assertThat(connected(namespaces)).isEqualTo(CLIENTS);
                            return (System.nanoTime() - from) / 1e9;
                        },
                        seconds -> seconds > steady);

                namespaces.dropPackets();
                double cut = Eventually.secondsUntil(30, () -> connected(namespaces), count -> count == 0);
                System.out.printf("measured: %d half-open peers cut after %.1f s%n", CLIENTS, cut);
                // A second for the wheel, the close that nobody answers, and asking.
                assertThat(cut).isLessThan(PING_SECONDS + PONG_SECONDS + 1);
                assertThat(clients.isAlive()).isTrue();
            }
        }
    }

    private NodeProcess node(Namespaces namespaces) {
        JsonObject config = NodeFixture.config()
                .mergeIn(
                        new JsonObject()
                                .put(
                                        "http",
                                        new JsonObject()
                                                .put("host", namespaces.address(1))
                                                .put("port", 8000))
                                .put("internal", new JsonObject().put("port", 9000))
                                .put(
                                        "websocket",
                                        new JsonObject()
                                                .put("pingInterval", "3s")
                                                .put("pongTimeout", "2s")
                                                .put("closeTimeout", "100ms")),
                        true);
        return NodeProcess.start(
                namespaces.launcher(1),
                Map.of(),
                "--config",
                ClusterNode.file(directory, config).toString());
    }

    private static int connected(Namespaces namespaces) {
        try {
            String body = namespaces.post(1, 9000, "/api/info", "X-API-Key: " + NodeFixture.API_KEY, "{}");
            return new JsonObject(body)
                    .getJsonObject("result")
                    .getJsonArray("nodes")
                    .getJsonObject(0)
                    .getInteger("num_clients");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
