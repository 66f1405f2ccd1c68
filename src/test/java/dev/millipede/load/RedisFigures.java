package dev.millipede.load;

import dev.millipede.support.RespClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a Redis says of itself, and what is done to it. Confined to the thread of the measurement. */
final class RedisFigures implements AutoCloseable {
    private static final Pattern SUBSCRIBED = Pattern.compile(" sub=(\\d+) ");

    private final RespClient redis;

    RedisFigures(String socket) throws IOException {
        redis = new RespClient(UnixDomainSocketAddress.of(socket));
    }

    private double info(String section, String name) {
        String all = String.valueOf(redis.call("INFO", section));
        Matcher value = Pattern.compile("(?m)^" + name + ":([0-9.]+)").matcher(all);
        if (!value.find()) {
            throw new IllegalStateException("no " + name + " in " + all);
        }
        return Double.parseDouble(value.group(1));
    }

    long memory() {
        return (long) info("memory", "used_memory");
    }

    /** User and system time so far, in seconds. */
    double cpu() {
        return info("cpu", "used_cpu_user") + info("cpu", "used_cpu_sys");
    }

    /** Subscriptions to channels, of all connections. */
    long subscriptions() {
        String clients = String.valueOf(redis.call("CLIENT", "LIST", "TYPE", "pubsub"));
        return SUBSCRIBED
                .matcher(clients)
                .results()
                .mapToLong(each -> Long.parseLong(each.group(1)))
                .sum();
    }

    /** Ends the connections that listen, and waits until that is done; returns how many these were. */
    long killListeners() {
        return (Long) required(redis.call("CLIENT", "KILL", "TYPE", "pubsub"));
    }

    /** Publishes the same to each; returns how many connections have got it, over all. */
    long publish(List<String> channels, String message) {
        channels.forEach(channel -> redis.send("PUBLISH", channel, message));
        return channels.stream()
                .mapToLong(channel -> (Long) required(redis.receive()))
                .sum();
    }

    private static Object required(@Nullable Object reply) {
        if (reply == null) {
            throw new IllegalStateException("null from Redis");
        }
        return reply;
    }

    @Override
    public void close() {
        redis.close();
    }
}
