package dev.millipede.checker;

import dev.millipede.support.ClusterNode;
import dev.millipede.support.Eventually;
import dev.millipede.support.InternalPort;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.RedisProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis and the nodes that share it, each a process of its own. Made and changed by one thread; where the nodes are may be
 * asked on any. Close it.
 */
final class Fleet implements AutoCloseable {
    static final int NODES = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RedisProcess redis = RedisProcess.start();
    private final Path directory;
    private final @Nullable OwnNetwork network;
    private final List<Member> members;

    /** A node, or where one was and will be. */
    private static final class Member {
        private volatile @Nullable NodeProcess process;
        private volatile int port;
        private volatile int internal;
    }

    /** @param network where the nodes are a cluster; null = they are none */
    Fleet(@Nullable OwnNetwork network) {
        this.network = network;
        try {
            directory = Files.createTempDirectory("fleet");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        members = IntStream.range(0, NODES).mapToObj(i -> new Member()).toList();
        IntStream.range(0, NODES).forEach(this::launch);
        IntStream.range(0, NODES).forEach(this::await);
    }

    RedisProcess redis() {
        return redis;
    }

    @Nullable
    OwnNetwork network() {
        return network;
    }

    private JsonObject config(int number) {
        JsonObject history = new JsonObject().put("size", 20_000).put("ttl", "1h");
        JsonObject kept = new JsonObject().put("history", history);
        JsonObject config = ClusterNode.config(redis)
                .mergeIn(
                        new JsonObject()
                                .put(
                                        "websocket",
                                        new JsonObject()
                                                .put("instances", 2)
                                                .put("pingInterval", "5s")
                                                .put("pongTimeout", "4s"))
                                .put(
                                        "namespaces",
                                        new JsonObject()
                                                .put("room", kept)
                                                .put("user", kept)
                                                .put("broadcast", kept))
                                .put(
                                        "recovery",
                                        new JsonObject()
                                                .put("maxPublications", 20_000)
                                                .put("heldBytes", "16MiB")
                                                .put("resetSpread", "2s")),
                        true);
        return network == null
                ? config.put("cluster", new JsonObject().put("enabled", false))
                : config.put("cluster", network.cluster(number));
    }

    private void launch(int number) {
        members.get(number).process = NodeProcess.start(
                Map.of(),
                "--config",
                ClusterNode.file(directory, config(number)).toString());
    }

    private void await(int number) {
        Member member = members.get(number);
        NodeProcess process = member.process;
        if (process != null) {
            int port = process.port();
            String line = process.awaitLog("API, metrics, health: http://");
            member.internal = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1, line.lastIndexOf('/')));
            process.follow(text -> note(number, text));
            isReady(number);
            member.port = port;
        }
    }

    private static void note(int number, String line) {
        if (line.contains("ERROR") || line.contains("Exception")) {
            System.out.println("node " + number + ": " + line);
        }
    }

    private void isReady(int number) {
        InternalPort port = new InternalPort(members.get(number).internal);
        Eventually.within(PATIENCE, () -> health(port), status -> status == 200);
    }

    private static int health(InternalPort port) {
        try {
            return port.health("ready");
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    /** Waits until all nodes say that they can serve. */
    void awaitReady() {
        IntStream.range(0, NODES).forEach(this::isReady);
    }

    /** Kills a node; clients are still told of its address, until it is started again at another one. */
    void kill(int number) {
        NodeProcess process = members.get(number).process;
        if (process != null) {
            process.close();
        }
    }

    /** Starts a node that was killed and waits until it is ready. */
    void restart(int number) {
        launch(number);
        await(number);
    }

    /** Sends a node a signal by its name. */
    void signal(int number, String name) {
        NodeProcess process = members.get(number).process;
        if (process != null) {
            process.signal(name);
        }
    }

    /** Where clients can connect to. */
    List<SocketAddress> addresses() {
        List<SocketAddress> addresses = new ArrayList<>();
        for (Member member : members) {
            addresses.add(SocketAddress.inetSocketAddress(member.port, "127.0.0.1"));
        }
        return addresses;
    }

    /** The port of a node's API. */
    int internalPort(int number) {
        return members.get(number).internal;
    }

    /** Where a channel's stream is. */
    Place top(String channel) {
        JsonObject result = new InternalPort(internalPort(0)).api("history", new JsonObject().put("channel", channel));
        return new Place(result.getString("epoch"), result.getLong("offset"));
    }

    /** How many nodes each of them knows. */
    List<Integer> known() {
        return IntStream.range(0, NODES)
                .map(i -> nodes(new InternalPort(internalPort(i))).size())
                .boxed()
                .toList();
    }

    private static JsonArray nodes(InternalPort port) {
        return port.api("info", new JsonObject()).getJsonArray("nodes");
    }

    @Override
    public void close() {
        IntStream.range(0, NODES).forEach(this::kill);
        redis.close();
    }
}
