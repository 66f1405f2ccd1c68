package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The jar as one node of a cluster, a process of its own on any free ports of 127.0.0.1. Close it. */
public final class ClusterNode implements AutoCloseable {
    private static final Pattern ADDRESSES = Pattern.compile("cluster: \\S+:(\\d+), event bus \\S+:(\\d+)");
    private static final Pattern INTERNAL = Pattern.compile("API, metrics, health: http://\\S+:(\\d+)/");

    private final NodeProcess process;
    private int port;
    private int busPort;
    private int publicPort;
    private int internalPort;

    private ClusterNode(NodeProcess process) {
        this.process = process;
    }

    /**
     * Begins to start a node.
     *
     * @param directory for its configuration file
     * @param cluster laid over the section {@code cluster}
     */
    public static ClusterNode begin(Path directory, RedisProcess redis, JsonObject cluster) {
        JsonObject config = config(redis).mergeIn(new JsonObject().put("cluster", cluster), true);
        return new ClusterNode(
                NodeProcess.start(Map.of(), "--config", file(directory, config).toString()));
    }

    /** A node's configuration, with a cluster of one on any free ports. */
    public static JsonObject config(RedisProcess redis) {
        return NodeFixture.config()
                .put(
                        "backplane",
                        new JsonObject()
                                .put("type", "redis")
                                .put("redis", new JsonObject().put("uri", redis.unixUri())))
                .put(
                        "cluster",
                        new JsonObject().put("enabled", true).put("port", 0).put("busPort", 0));
    }

    /** A configuration as a file of its own. */
    public static Path file(Path directory, JsonObject config) {
        try {
            return Files.writeString(Files.createTempFile(directory, "node", ".json"), config.encodePrettily());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has started. */
    public ClusterNode started() {
        Matcher addresses = find(ADDRESSES, process.awaitLog("cluster: "));
        port = Integer.parseInt(addresses.group(1));
        busPort = Integer.parseInt(addresses.group(2));
        publicPort = process.port();
        internalPort = Integer.parseInt(
                find(INTERNAL, process.awaitLog("API, metrics")).group(1));
        process.awaitLog("ready");
        return this;
    }

    private static Matcher find(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.find()) {
            throw new AssertionError(line);
        }
        return matcher;
    }

    public NodeProcess process() {
        return process;
    }

    /** As others name it in {@code cluster.members}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    public int busPort() {
        return busPort;
    }

    public int publicPort() {
        return publicPort;
    }

    /** What the API's info says of all nodes. */
    public List<JsonObject> info() {
        RawHttp.Reply reply =
                RawHttp.post(internalPort, "/api/info", "{}".getBytes(UTF_8), "X-API-Key: " + NodeFixture.API_KEY);
        JsonArray nodes = new JsonObject(reply.body()).getJsonObject("result").getJsonArray("nodes");
        return nodes.stream().map(JsonObject.class::cast).toList();
    }

    /** The name of this node, and the others'. */
    public List<String> names() {
        return info().stream().map(node -> node.getString("name")).toList();
    }

    /** The name that this node has for itself and the others. */
    public String name() {
        return "127.0.0.1_" + publicPort;
    }

    /** The value of one metric, by its whole name with labels as scraped. */
    public double metric(String name) {
        return RawHttp.get(internalPort, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + ' '))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.close();
    }
}
