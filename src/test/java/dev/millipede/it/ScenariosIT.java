package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.InternalPort;
import dev.millipede.support.LoadTool;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.SeparateNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios of {@code src/test/load} run small: what the tool has counted is what the node has counted. */
@Tag("scenarios")
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
class ScenariosIT {
    private static final Path SOURCES = Path.of("src/test/load");
    private static final int PUBLICATION_MILLIS = 200;

    /** Of the 30 publications of a visit of 6 s, on a machine that is busy. */
    private static final int HEARD_AT_LEAST = 10;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private SeparateNode node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    /** A node whose pings come after half this interval to a whole one, and want their pong within the timeout. */
    private void start(String pingInterval, String pongTimeout) {
        JsonObject config = NodeFixture.config();
        config.getJsonObject("websocket").put("pingInterval", pingInterval).put("pongTimeout", pongTimeout);
        node = SeparateNode.launch(directory, config).awaitReady();
    }

    @Test
    void tsungsUsersConnectSubscribeAndHearWhatIsPublished() throws Exception {
        LoadTool.require("tsung", "-v");
        start("25s", "10s");
        int users = 150;
        String scenario = Files.readString(SOURCES.resolve("tsung/room.xml"));
        Path file = Files.writeString(
                directory.resolve("room.xml"),
                entity(entity(scenario, "port", "8000", "" + node.port()), "tokens", "tokens.csv", tokens(users)));
        // Tsung and Erlang keep files in the home directory; Erlang's name server would listen on every address.
        Map<String, String> variables = Map.of("HOME", directory.toString(), "ERL_EPMD_ADDRESS", "127.0.0.1");
        Path log = directory.resolve("log");
        try (LoadTool tool = new LoadTool(directory, variables)) {
            boolean nameServer = tool.run("epmd", "-names") == 0;
            whilePublishing(
                    "room:tsung",
                    () -> tool.passes("tsung", "-n", "-f", file.toString(), "-l", log.toString(), "start"));
            if (!nameServer) {
                tool.run("epmd", "-kill");
            }
        }
        Map<String, Long> result = tsungResult(log);
        assertThat(result)
                .containsEntry("users_count", (long) users)
                .containsEntry("finish_users_count", (long) users)
                .containsEntry("websocket_succ", (long) users)
                .containsEntry("match", 2L * users)
                .hasEntrySatisfying(
                        "async_unknown_data_rcv",
                        heard -> assertThat(heard).as("publications heard").isGreaterThanOrEqualTo(users));
        assertThat(result.keySet())
                .noneMatch(name -> name.startsWith("error") || name.equals("nomatch") || name.endsWith("_fail"));
        nodeCounted(users, "1000");
    }

    @Test
    void artillerysUsersConnectSubscribeAndHearWhatIsPublished() throws Exception {
        NodeTests.requireNode();
        // Without pongs nobody would be there for the whole 6 s.
        start("3s", "2s");
        int users = 100;
        Path folder = Files.createDirectories(Path.of("target/artillery"));
        for (String file : List.of("package.json", "package-lock.json", "room.yml", "room.js")) {
            Files.writeString(
                    folder.resolve(file),
                    Files.readString(SOURCES.resolve("artillery").resolve(file)));
        }
        Files.copy(Path.of(tokens(users)), folder.resolve("tokens.csv"), StandardCopyOption.REPLACE_EXISTING);
        Path report = folder.resolve("report.json");
        Files.deleteIfExists(report);
        try (LoadTool tool = new LoadTool(folder, Map.of("ARTILLERY_DISABLE_TELEMETRY", "true"))) {
            tool.passes("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
            String target = "ws://127.0.0.1:" + node.port() + "/connection/websocket";
            whilePublishing(
                    "room:artillery",
                    () -> tool.passes(
                            "node_modules/.bin/artillery", "run", "--target", target, "-o", "report.json", "room.yml"));
        }
        JsonObject all = new JsonObject(Files.readString(report)).getJsonObject("aggregate");
        assertThat(all.getInteger("scenariosCompleted")).isEqualTo(users);
        assertThat(all.getJsonObject("errors")).isEmpty();
        assertThat(all.getJsonObject("counters").getMap())
                .containsEntry("millipede.connect", users)
                .containsEntry("millipede.subscribe", users)
                .hasEntrySatisfying(
                        "millipede.pings", pings -> assertThat((int) pings).isGreaterThanOrEqualTo(users))
                .containsEntry("millipede.publications", (int) node.internal().metric("millipede_deliveries_total"));
        nodeCounted(users, "1005");
    }

    @Test
    void theScenarioForK6IsGoodJavaScript() throws Exception {
        NodeTests.requireNode();
        try (LoadTool tool = new LoadTool(SOURCES.resolve("k6"), Map.of())) {
            tool.passes("node", "--check", "room.mjs");
        }
    }

    /** One token a line, in a file. */
    private String tokens(int users) throws IOException {
        List<String> tokens = IntStream.range(0, users)
                .mapToObj(i -> NodeFixture.token("user" + i))
                .toList();
        return Files.write(directory.resolve("tokens.csv"), tokens).toString();
    }

    /** The scenario with another value of one of the entities at its top. */
    private static String entity(String scenario, String name, String from, String to) {
        String declaration = "<!ENTITY " + name + " \"%s\">";
        assertThat(scenario).containsOnlyOnce(declaration.formatted(from));
        return scenario.replace(declaration.formatted(from), declaration.formatted(to));
    }

    private interface Run {
        void run() throws Exception;
    }

    private void whilePublishing(String channel, Run run) throws Exception {
        InternalPort internal = node.internal();
        ScheduledExecutorService publisher = Executors.newSingleThreadScheduledExecutor();
        ScheduledFuture<?> publications = publisher.scheduleAtFixedRate(
                () -> internal.publish(channel, new JsonObject().put("n", 1)),
                0,
                PUBLICATION_MILLIS,
                TimeUnit.MILLISECONDS);
        try {
            run.run();
            assertThat(publications.isDone()).as("a publication failed").isFalse();
        } finally {
            publications.cancel(false);
            publisher.shutdown();
            assertThat(publisher.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Tsung's counters: the last figure of each line of its last dump. */
    private static Map<String, Long> tsungResult(Path log) throws IOException {
        try (var runs = Files.list(log)) {
            String text = Files.readString(runs.findFirst().orElseThrow().resolve("tsung.log"));
            Map<String, Long> result = new TreeMap<>();
            text.lines().filter(line -> line.matches("stats: \\w+ -?\\d+ \\d+")).forEach(line -> {
                String[] words = line.split(" ", -1);
                result.put(words[1], Long.parseLong(words[3]));
            });
            System.out.println("tsung: " + result);
            return result;
        }
    }

    /** Each user once, with one connect and one subscribe, gone with this code and no other, and nothing refused. */
    private void nodeCounted(int users, String closeCode) {
        InternalPort counts = node.internal();
        Eventually.until(() -> counts.metric("millipede_connections"), open -> open == 0);
        assertThat(counts.metric("millipede_connections_opened_total")).isEqualTo(users);
        assertThat(nonZero("millipede_commands_total"))
                .filteredOn(line -> !line.contains("pong"))
                .containsExactlyInAnyOrder(
                        "{command=\"connect\"} " + users + ".0", "{command=\"subscribe\"} " + users + ".0");
        assertThat(nonZero("millipede_connections_closed_total"))
                .containsExactly("{code=\"" + closeCode + "\"} " + users + ".0");
        assertThat(nonZero("millipede_command_errors_total")).isEmpty();
        assertThat(nonZero("millipede_handshakes_refused_total")).isEmpty();
        assertThat(counts.metric("millipede_deliveries_total")).isGreaterThan(HEARD_AT_LEAST * users);
    }

    /** What follows the name in all its lines that are not zero. */
    private List<String> nonZero(String name) {
        return node.internal()
                .metrics()
                .lines()
                .filter(line -> line.startsWith(name + '{') && !line.endsWith(" 0.0"))
                .map(line -> line.substring(name.length()))
                .toList();
    }
}
