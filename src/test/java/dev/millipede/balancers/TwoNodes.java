package dev.millipede.balancers;

import dev.millipede.support.InternalPort;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.Relay;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** A cluster of two nodes in JVMs of their own and their Redis, which the second can be kept from. Close it. */
final class TwoNodes implements AutoCloseable {
    private final Path directory;
    private final Place place;
    private final JsonObject websocket;
    private final JsonObject http;
    private final RedisProcess redis = RedisProcess.startTcp();
    private final Relay toRedis = Relay.to(redis);
    private final NodeProcess[] processes = new NodeProcess[2];

    /**
     * Starts both and waits until they are ready.
     *
     * @param clientAddress how the balancer says where a client comes from, {@code http.clientAddress}
     */
    TwoNodes(Path directory, Place place, String clientAddress, Duration pingInterval, Duration pongTimeout) {
        this.directory = directory;
        this.place = place;
        this.http = http(clientAddress, place);
        this.websocket = new JsonObject()
                .put("instances", 1)
                .put("pingInterval", pingInterval.toMillis() + "ms")
                .put("pongTimeout", pongTimeout.toMillis() + "ms");
        begin(0);
        begin(1);
        awaitReady(0);
        awaitReady(1);
    }

    /** Who may say where a client comes from, and how. */
    static JsonObject http(String clientAddress, Place place) {
        return new JsonObject()
                .put("clientAddress", clientAddress)
                .put("trustedProxies", new JsonArray(place.sources()));
    }

    /** Two listeners of an address, as the shipped files expect them. */
    static JsonArray listeners(String address) {
        return new JsonArray().add(address + ':' + Place.FIRST_LISTENER).add(address + ':' + Place.SECOND_LISTENER);
    }

    private void begin(int number) {
        String address = place.nodes().get(number);
        String uri = number == 0 ? redis.unixUri() : toRedis.uri();
        JsonObject config = NodeFixture.config()
                .put("http", http.copy().put("listen", listeners(address)))
                .put("websocket", websocket)
                .put("backplane", new JsonObject().put("type", "redis").put("redis", new JsonObject().put("uri", uri)))
                .put(
                        "cluster",
                        new JsonObject()
                                .put("enabled", true)
                                .put("host", address)
                                .put("members", new JsonArray(List.copyOf(place.nodes()))));
        config.getJsonObject("internal").put("host", address).put("port", Place.INTERNAL);
        try {
            Path file = Files.createTempFile(directory, "node", ".json");
            Files.writeString(file, config.encodePrettily());
            processes[number] = NodeProcess.start("--config", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady(int number) {
        processes[number].awaitLog("ServeCommand: ready");
        internal(number).awaitReady();
    }

    InternalPort internal(int number) {
        return new InternalPort(place.internal(number));
    }

    /** Connections that the node has accepted since it was started. */
    long opened(int number) {
        return (long) internal(number).metric("millipede_connections_opened_total");
    }

    /** Connections that the node has now. */
    long connections(int number) {
        return (long) internal(number).metric("millipede_connections");
    }

    /** Requests that the nodes themselves have answered with 404. */
    long unknownPaths() {
        return IntStream.of(0, 1)
                .mapToObj(number -> internal(number).metrics())
                .flatMap(String::lines)
                .filter(line -> line.startsWith("vertx_http_server_requests_total") && line.contains("code=\"404\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The second node loses its Redis: it is alive, and not ready. */
    void loseRedis() {
        toRedis.refuse();
        toRedis.cut();
    }

    /** The second node finds its Redis again. */
    void findRedis() {
        toRedis.accept();
    }

    /** Kills a node. */
    void kill(int number) {
        processes[number].close();
    }

    /** Starts a node again where it was, and waits until it is ready. */
    void restart(int number) {
        begin(number);
        awaitReady(number);
    }

    @Override
    public void close() {
        for (NodeProcess each : processes) {
            each.close();
        }
        toRedis.close();
        redis.close();
    }
}
