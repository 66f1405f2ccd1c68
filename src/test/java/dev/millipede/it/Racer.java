package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.RespClient;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;

/**
 * A client that subscribes and, the moment the reply is there, has something published over a connection of its own to
 * Redis: that must arrive. Confined to one thread at a time.
 */
final class Racer implements AutoCloseable {
    final TestClient client;
    private final RespClient redis;
    private final String name;
    private int rounds;
    private int missed;
    private int twice;
    private long longestNanos;

    Racer(TestClient client, RespClient redis, String name) {
        this.client = client;
        this.redis = redis;
        this.name = name;
    }

    int rounds() {
        return rounds;
    }

    /** Publications that did not arrive: Redis knew no subscription when they were published. */
    int missed() {
        return missed;
    }

    int twice() {
        return twice;
    }

    /** The longest that a subscribe has waited for its reply. */
    long longestNanos() {
        return longestNanos;
    }

    /**
     * Subscribes, is published to, unsubscribes.
     *
     * @return nanoseconds from the command to its reply
     */
    long race(String channel) {
        long start = System.nanoTime();
        JsonObject reply = client.call("subscribe", channel);
        long took = System.nanoTime() - start;
        assertThat(reply.getJsonObject("subscribe")).as(reply.encode()).isNotNull();
        String mine = name + ' ' + ++rounds;
        if (redis.publish(channel, mine.getBytes(UTF_8)) == 0) {
            missed++;
        } else {
            awaitPublication(mine);
        }
        reply = client.call("unsubscribe", channel);
        assertThat(reply.getJsonObject("unsubscribe")).as(reply.encode()).isNotNull();
        longestNanos = Math.max(longestNanos, took);
        return took;
    }

    /** Others may publish in the same channel, and some of theirs may be left from the round before. */
    private void awaitPublication(String mine) {
        String got = "";
        while (!got.equals(mine)) {
            got = client.push().getJsonObject("pub").getString("data");
            twice += got.startsWith(name + ' ') && !got.equals(mine) ? 1 : 0;
        }
    }

    @Override
    public void close() {
        client.close();
        redis.close();
    }
}
