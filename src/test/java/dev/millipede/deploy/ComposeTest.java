package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millipede.NodeConfig;
import dev.millipede.os.Verdict;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/compose: what it tells the nodes is valid, and its parts agree with each other. */
final class ComposeTest {
    private static final Path FOLDER = Path.of("deploy/compose");
    private static final Path HAPROXY = FOLDER.resolve("haproxy.cfg");
    private static final Path SHIPPED_HAPROXY = Path.of("src/main/resources/conf/haproxy.cfg");
    private static final Pattern FROM_OUTSIDE = Pattern.compile("\\$\\{(\\w+):\\?[^}]+}");
    private static final int STOP_SECONDS = 25;

    private final JsonObject services =
            Yaml.read(FOLDER.resolve("compose.yaml")).getJsonObject("services");

    private static Map<String, String> environment(JsonObject service) {
        Map<String, String> environment = new HashMap<>();
        service.getJsonObject("environment")
                .forEach(variable -> environment.put(
                        variable.getKey(),
                        FROM_OUTSIDE.matcher(variable.getValue().toString()).replaceAll("s".repeat(32))));
        return environment;
    }

    private Map<String, NodeConfig> nodes() throws IOException {
        JsonObject file = file();
        Map<String, NodeConfig> nodes = new TreeMap<>();
        services.stream()
                .filter(service -> service.getKey().startsWith("node-"))
                .forEach(service -> nodes.put(
                        service.getKey(), NodeConfig.read(file.copy(), environment((JsonObject) service.getValue()))));
        return nodes;
    }

    private static JsonObject file() throws IOException {
        return new JsonObject(Files.readString(FOLDER.resolve("node.json")));
    }

    private String address(String service) {
        return services.getJsonObject(service)
                .getJsonObject("networks")
                .getJsonObject("fleet")
                .getString("ipv4_address");
    }

    @Test
    void bothNodesAcceptTheirConfigurationWithoutAWarning() throws IOException {
        assertThat(nodes()).hasSize(2);
        assertThat(nodes().values())
                .allSatisfy(node -> assertThat(node.warnings()).isEmpty());
    }

    /** Otherwise the limit is that of open files, and the container is killed for its memory long before. */
    @Test
    void aNodeIsFullBeforeItsContainerIsOutOfMemory(@TempDir Path scratch) throws IOException {
        for (Map.Entry<String, NodeConfig> node : nodes().entrySet()) {
            JsonObject service = services.getJsonObject(node.getKey());
            String options = service.getJsonObject("environment").getString("JAVA_TOOL_OPTIONS", "");

            assertThat(new Container(Container.bytes(service.getString("mem_limit")), options)
                            .verdict(node.getValue(), scratch)
                            .walls())
                    .extracting(Verdict.Wall::name)
                    .startsWith("websocket.maxConnections")
                    .contains("cgroup.memory");
        }
    }

    @Test
    void secretsComeFromOutside() {
        JsonObject environment = services.getJsonObject("node-a").getJsonObject("environment");

        assertThat(environment.stream()
                        .filter(each ->
                                FROM_OUTSIDE.matcher(each.getValue().toString()).matches()))
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "MILLIPEDE_AUTH_HMACSECRET", "MILLIPEDE_INTERNAL_APIKEYS", "MILLIPEDE_CLUSTER_SECRET");
    }

    @Test
    void theNodesKnowEachOtherAndTheBalancerByTheAddressesTheyHave() throws IOException {
        assertThat(file().getJsonObject("http").getJsonArray("trustedProxies")).containsExactly(address("haproxy"));
        nodes().forEach((name, node) -> {
            assertThat(node.cluster().host()).isEqualTo(address(name));
            assertThat(node.cluster().members()).containsExactly(address("node-a"), address("node-b"));
        });
    }

    @Test
    void theBalancerAsksAndServesTheNodesWhereTheyListen() throws IOException {
        NodeConfig node = nodes().values().iterator().next();
        List<String> servers = matches(HAPROXY, "(?m)^ +server \\w+ (\\S+)");

        assertThat(servers)
                .containsExactly(
                        address("node-a") + ":" + node.http().listen().get(0).port(),
                        address("node-b") + ":" + node.http().listen().get(0).port());
        assertThat(matches(HAPROXY, "check port (\\d+)"))
                .containsExactly(Integer.toString(node.internal().port()));
        assertThat(matches(HAPROXY, "path (/\\S+)"))
                .containsExactly(node.websocket().path());
    }

    @Test
    void haproxyAcceptsItsConfiguration() {
        Tool haproxy = new Tool("haproxy");
        haproxy.require();

        assertThat(haproxy.run("-c", "-f", HAPROXY.toString())).matches(verdict -> verdict.code() == 0);
    }

    @Test
    void theTimeoutsOfTheBalancerAreThoseThatAreShipped() throws IOException {
        assumeTrue(Files.exists(SHIPPED_HAPROXY), "conf/haproxy.cfg is not there yet");
        String lines = "(?m)^ +(timeout .+|http-check .+|default-server check .+)$";

        assertThat(matches(HAPROXY, lines)).hasSizeGreaterThan(10).isEqualTo(matches(SHIPPED_HAPROXY, lines));
    }

    private static List<String> matches(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map(each -> each.group(1))
                .toList();
    }

    @Test
    void aNodeHasTimeToStopAndDescriptorsForItsConnectionsAndIsNotStartedForEver() {
        for (String name : List.of("node-a", "node-b")) {
            JsonObject node = services.getJsonObject(name);
            assertThat(Integer.parseInt(node.getString("stop_grace_period").replace("s", "")))
                    .isGreaterThan(STOP_SECONDS);
            assertThat(node.getString("restart")).matches("on-failure:\\d");
            assertThat(node.getJsonObject("ulimits").getJsonObject("nofile").getInteger("hard"))
                    .isEqualTo(1_048_576);
            assertThat(node.getJsonObject("depends_on").getJsonObject("redis").getString("condition"))
                    .isEqualTo("service_healthy");
            assertThat(node.getJsonArray("volumes").getString(0)).endsWith(":/etc/millipede/config.json:ro");
        }
        assertThat(services.getJsonObject("redis").containsKey("healthcheck")).isTrue();
    }

    @Test
    void nothingIsReachableFromOtherMachines() {
        Set<String> published = new TreeSet<>();
        services.forEach(service -> {
            JsonObject fields = (JsonObject) service.getValue();
            if (fields.containsKey("ports")) {
                fields.getJsonArray("ports").forEach(port -> published.add(port.toString()));
            }
        });

        assertThat(published).containsExactly("127.0.0.1:8000:8000", "127.0.0.1:9001:9000", "127.0.0.1:9002:9000");
    }
}
