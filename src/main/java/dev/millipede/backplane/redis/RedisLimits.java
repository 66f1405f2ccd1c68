package dev.millipede.backplane.redis;

import dev.millipede.backplane.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a Redis takes, by its own account; empty is not known, mostly because our user may not ask.
 *
 * @param maxClients connections
 * @param clients connections now
 * @param outputLimit bytes that may wait for a connection that listens, {@link Long#MAX_VALUE} = no limit
 */
public record RedisLimits(OptionalLong maxClients, OptionalLong clients, OptionalLong outputLimit) {
    private static final Pattern PUBSUB = Pattern.compile("\\bpubsub (\\d{1,18}) ");
    private static final Pattern CLIENTS = Pattern.compile("(?m)^connected_clients:(\\d{1,18})");

    /**
     * Asks once, over a connection of its own, which is closed then.
     *
     * @param millis until it fails for want of answers, once it is connected; that takes at most three seconds
     */
    public static Future<RedisLimits> ask(Vertx vertx, RedisConfig config, long millis) {
        Promise<RedisLimits> asked = Promise.promise();
        // Connections belong to the event loop they are made on.
        vertx.runOnContext(running -> new Connector(vertx, config)
                .connect()
                .compose(
                        link -> ask(link).timeout(millis, TimeUnit.MILLISECONDS).onComplete(done -> link.close()))
                .onComplete(asked));
        return asked.future();
    }

    private static Future<RedisLimits> ask(Connector.Link link) {
        Future<String> max = config(link, "maxclients");
        Future<String> output = config(link, "client-output-buffer-limit");
        Future<String> clients = text(link, Request.cmd(Command.INFO).arg("clients"));
        return Future.all(max, output, clients)
                .map(all -> new RedisLimits(
                        number(Pattern.compile("^(\\d{1,18})$"), max.result()),
                        number(CLIENTS, clients.result()),
                        unlimited(number(PUBSUB, output.result()))));
    }

    private static Future<String> config(Connector.Link link, String name) {
        return text(link, Request.cmd(Command.CONFIG).arg("GET").arg(name));
    }

    /** The last word of an answer; empty for one that is refused. */
    private static Future<String> text(Connector.Link link, Request request) {
        return link.connection().send(request).map(RedisLimits::last).otherwise("");
    }

    private static String last(Response answer) {
        if (answer.type() == ResponseType.MULTI) {
            return answer.size() == 0 ? "" : answer.get(answer.size() - 1).toString();
        }
        return answer.toString();
    }

    private static OptionalLong number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    private static OptionalLong unlimited(OptionalLong bytes) {
        return bytes.orElse(1) == 0 ? OptionalLong.of(Long.MAX_VALUE) : bytes;
    }
}
