package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A node's internal listener as a backend and a monitor use it; its API key is {@link NodeFixture#API_KEY}. */
public record InternalPort(InetSocketAddress address) {
    /** A port of 127.0.0.1. */
    public InternalPort(int number) {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), number));
    }

    /** Calls the HTTP API and returns its whole answer, {@code result} or {@code error}. */
    public JsonObject answer(String method, JsonObject body) {
        RawHttp.Reply reply = RawHttp.post(
                address, "/api/" + method, body.encode().getBytes(UTF_8), "X-API-Key: " + NodeFixture.API_KEY);
        if (reply.status() != 200) {
            throw new AssertionError(reply);
        }
        return new JsonObject(reply.body());
    }

    /** Calls the HTTP API and returns its result. */
    public JsonObject api(String method, JsonObject body) {
        JsonObject answer = answer(method, body);
        if (!answer.containsKey("result")) {
            throw new AssertionError(answer);
        }
        return answer.getJsonObject("result");
    }

    /** Publishes. */
    public void publish(String channel, Object data) {
        api("publish", new JsonObject().put("channel", channel).put("data", data));
    }

    /** All metrics, as scraped. */
    public String metrics() {
        return RawHttp.get(address, "/metrics").body();
    }

    /** The value of one metric, by its whole name with labels as scraped. */
    public double metric(String name) {
        String body = metrics();
        return body.lines()
                .filter(line -> line.startsWith(name + ' '))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name + " in\n" + body));
    }

    /** The status that {@code /health/live} or {@code /health/ready} answers with. */
    public int health(String which) {
        return RawHttp.get(address, "/health/" + which).status();
    }

    /** Waits until the node says that it can serve clients. */
    public void awaitReady() {
        Eventually.until(() -> health("ready"), status -> status == 200);
    }
}
