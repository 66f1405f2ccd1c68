package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClusterNode;
import dev.millipede.support.Eventually;
import dev.millipede.support.Namespaces;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.RedisProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a cluster and takes long: processes that stand still, networks that fall apart. */
@Tag("chaos")
class ClusterChaosIT {
    private static final String SECRET = "a cluster's secret of 32 bytes or more";

    /** So long nodes have to know each other without a break before that counts as healed. */
    private static final long STEADY_SECONDS = 12;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private RedisProcess redis;

    @BeforeEach
    void start() {
        redis = RedisProcess.start();
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private static void measured(String what, double seconds) {
        System.out.printf("measured: %s after %.1f s%n", what, seconds);
    }

    /** A loopback address of this JVM alone, on which ports can be chosen beforehand. */
    private static String ownHost() {
        long pid = ProcessHandle.current().pid();
        return "127." + (64 + (pid >> 16 & 63)) + '.' + (pid >> 8 & 255) + '.' + (pid & 255);
    }

    private ClusterNode begin(int port, String... members) {
        return ClusterNode.begin(
                directory,
                redis,
                new JsonObject()
                        .put("secret", SECRET)
                        .put("host", ownHost())
                        .put("port", port)
                        .put("members", new JsonArray(List.of(members))));
    }

    /** The seconds until both know both, from when on they did so without a break. */
    private static double secondsUntilSteady(Supplier<Boolean> whole) {
        long from = System.nanoTime();
        long[] since = {from};
        Eventually.secondsUntil(
                90,
                () -> {
                    if (!whole.get()) {
                        since[0] = System.nanoTime();
                    }
                    return System.nanoTime() - since[0];
                },
                steady -> steady > TimeUnit.SECONDS.toNanos(STEADY_SECONDS));
        return TimeUnit.NANOSECONDS.toMillis(since[0] - from) / 1000.0;
    }

    @Test
    void aNodeThatStandsStillIsGoneAndBackByItself() {
        String[] members = {ownHost() + ":5701", ownHost() + ":5702"};
        try (ClusterNode a = begin(5701, members);
                ClusterNode b = begin(5702, members)) {
            a.started();
            b.started();
            Supplier<Boolean> whole = () -> a.names().size() == 2 && b.names().size() == 2;
            Eventually.secondsUntil(30, whole, Boolean::booleanValue);

            b.process().signal("STOP");
            double gone = Eventually.secondsUntil(30, a::names, names -> names.size() == 1);
            measured("SIGSTOP: gone", gone);
            assertThat(gone).isLessThan(12);

            // Hazelcast has to give it up too, or nothing had to heal.
            a.process().awaitLog("Suspecting Member");
            b.process().signal("CONT");
            double back = secondsUntilSteady(whole);
            measured("SIGCONT: back for good", back);
            assertThat(back).isLessThan(30);
        }
    }

    @Test
    void aNodeStopsCleanlyWhileAnotherHangs() {
        String[] members = {ownHost() + ":5701", ownHost() + ":5702"};
        try (ClusterNode a = begin(5701, members);
                ClusterNode b = begin(5702, members)) {
            a.started();
            b.started();
            Eventually.secondsUntil(30, a::names, names -> names.size() == 2);
            b.process().signal("STOP");

            long from = System.nanoTime();
            a.process().terminate();

            assertThat(a.process().exitCode()).as(a.process().log()).isZero();
            measured("SIGTERM while another hangs: ended", (System.nanoTime() - from) / 1e9);
            assertThat(a.process().log()).contains("stopped").doesNotContain("ERROR");
        }
    }

    @Test
    void aSplitHealsByItself() throws IOException {
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
                NodeProcess a = begin(namespaces, 1);
                NodeProcess b = begin(namespaces, 2)) {
            a.awaitLog("ready");
            b.awaitLog("ready");
            Eventually.secondsUntil(30, () -> known(namespaces, 2), Boolean::booleanValue);

            namespaces.cut();
            double apart = Eventually.secondsUntil(30, () -> known(namespaces, 1), Boolean::booleanValue);
            measured("split: each alone", apart);
            assertThat(apart).isLessThan(12);

            a.awaitLog("Suspecting Member");
            b.awaitLog("Suspecting Member");
            namespaces.mend();
            double healed = secondsUntilSteady(() -> known(namespaces, 2));
            measured("split healed: whole for good", healed);
            assertThat(healed).isLessThan(30);
        }
    }

    private NodeProcess begin(Namespaces namespaces, int number) {
        JsonObject config = ClusterNode.config(redis)
                .mergeIn(
                        new JsonObject()
                                .put("internal", new JsonObject().put("port", 9000))
                                .put(
                                        "cluster",
                                        new JsonObject()
                                                .put("host", namespaces.address(number))
                                                .put("port", 5701)
                                                .put("secret", SECRET)
                                                .put(
                                                        "members",
                                                        new JsonArray()
                                                                .add(namespaces.address(1))
                                                                .add(namespaces.address(2)))),
                        true);
        return NodeProcess.start(
                namespaces.launcher(number),
                Map.of(),
                "--config",
                ClusterNode.file(directory, config).toString());
    }

    /** Whether each of the two knows that many nodes. */
    private static boolean known(Namespaces namespaces, int nodes) {
        for (int i = 1; i <= 2; i++) {
            try {
                String body = namespaces.post(i, 9000, "/api/info", "X-API-Key: " + NodeFixture.API_KEY, "{}");
                JsonArray known = new JsonObject(body).getJsonObject("result").getJsonArray("nodes");
                if (known.size() != nodes) {
                    return false;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return true;
    }
}
