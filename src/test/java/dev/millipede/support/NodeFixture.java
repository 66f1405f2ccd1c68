package dev.millipede.support;

import dev.millipede.Node;
import dev.millipede.NodeConfig;
import dev.millipede.auth.TokenMint;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A node in this JVM on any free ports, its clients and its API. Close it. */
public final class NodeFixture implements AutoCloseable {
    public static final String SECRET = "a secret of at least thirty-two bytes";
    public static final String API_KEY = "an API key of this test, as long as needed".replace(' ', '-');
    private static final int SECONDS = 20;
    private static final TokenMint MINT = new TokenMint(SECRET, InstantSource.system());

    private final Node node;
    private boolean stopped;

    private NodeFixture(Node node) {
        this.node = node;
    }

    /** One instance and otherwise the defaults. */
    public static NodeFixture start() {
        return start("{}");
    }

    /** A configuration laid over one of one instance, {@link #SECRET} and {@link #API_KEY}. */
    public static NodeFixture start(String overrides) {
        return start(laidOver(overrides));
    }

    private static NodeConfig laidOver(String overrides) {
        JsonObject config = config().mergeIn(new JsonObject(overrides), true);
        if (config.getJsonObject("http").containsKey("listen")) {
            config.getJsonObject("http").remove("port");
        }
        return NodeConfig.read(config, Map.of());
    }

    /** Has it take on a configuration laid over the same one, and returns the keys that have changed. */
    public List<String> reload(String overrides) {
        return await(reloading(overrides));
    }

    /** As {@link #reload}, without waiting. */
    public Future<List<String>> reloading(String overrides) {
        return node.reload(() -> laidOver(overrides));
    }

    /** A node that shares a Redis, once it is ready. */
    public static NodeFixture onRedis(String uri) {
        return onRedis(new JsonObject().put("uri", uri)).ready();
    }

    /** A node with this section {@code backplane.redis}, whether it is ready or not. */
    public static NodeFixture onRedis(JsonObject redis) {
        JsonObject backplane = new JsonObject().put("type", "redis").put("redis", redis);
        return start(new JsonObject().put("backplane", backplane).encode());
    }

    /** A node without a configuration file. */
    public static NodeFixture development() {
        return start(NodeConfig.development(
                SECRET,
                Map.of(
                        "MILLIPEDE_HTTP_PORT",
                        "0",
                        "MILLIPEDE_INTERNAL_PORT",
                        "0",
                        "MILLIPEDE_WEBSOCKET_INSTANCES",
                        "1")));
    }

    /** What {@link #start(String)} starts from. */
    public static JsonObject config() {
        return new JsonObject()
                .put("http", new JsonObject().put("port", 0))
                .put("internal", new JsonObject().put("port", 0).put("apiKeys", new JsonArray().add(API_KEY)))
                .put("websocket", new JsonObject().put("instances", 1))
                .put("auth", new JsonObject().put("hmacSecret", SECRET));
    }

    private static NodeFixture start(NodeConfig config) {
        return new NodeFixture(await(Node.start(config)));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until it is ready. */
    public NodeFixture ready() {
        internal().awaitReady();
        return this;
    }

    /** What {@code /health/ready} says. */
    public boolean isReady() {
        return internal().health("ready") == 200;
    }

    /** The public port. */
    public int port() {
        return node.publicPort();
    }

    /** The ports of all public listeners. */
    public List<Integer> ports() {
        return node.publicPorts();
    }

    /** The port of the cluster's event bus. */
    public int busPort() {
        String address = String.valueOf(node.clusterAddress());
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** A token of a user that lasts an hour. */
    public static String token(String user) {
        return token(user, 3600);
    }

    /** A token that lasts {@code ttl} seconds; negative: expired; 0: for ever. */
    public static String token(String user, long ttl) {
        return MINT.mint(user, ttl, null);
    }

    /** An upgraded connection that has said nothing yet. */
    public TestClient open() {
        return TestClient.open(port());
    }

    /** A connection of a user whose connect has been answered. */
    public TestClient connect(String user) {
        return connect(open(), user);
    }

    /** Connects an upgraded connection. */
    public static TestClient connect(TestClient client, String user) {
        JsonObject reply = client.call("connect", new JsonObject().put("token", token(user)));
        if (!reply.containsKey("connect")) {
            throw new AssertionError(reply);
        }
        return client;
    }

    /** A connection of a user that is subscribed to a channel. */
    public TestClient member(String user, String channel) {
        return subscribe(connect(user), channel);
    }

    /** Subscribes a connection to a channel. */
    public static TestClient subscribe(TestClient client, String channel) {
        JsonObject reply = client.call("subscribe", channel);
        if (!reply.containsKey("subscribe")) {
            throw new AssertionError(reply);
        }
        return client;
    }

    /** Where its API, metrics and health are. */
    public InternalPort internal() {
        return new InternalPort(node.internalPort());
    }

    /** Calls the HTTP API and returns its result. */
    public JsonObject api(String method, JsonObject body) {
        return internal().api(method, body);
    }

    /** Publishes over the HTTP API. */
    public void publish(String channel, Object data) {
        internal().publish(channel, data);
    }

    /** What the API's info says of this node. */
    public JsonObject info() {
        return api("info", new JsonObject()).getJsonArray("nodes").getJsonObject(0);
    }

    /** The value of one metric, by its whole name with labels as scraped. */
    public double metric(String name) {
        return internal().metric(name);
    }

    /** Stops the node and waits until it has. */
    public void stop() {
        if (!stopped) {
            stopped = true;
            await(node.stop());
        }
    }

    @Override
    public void close() {
        stop();
    }
}
