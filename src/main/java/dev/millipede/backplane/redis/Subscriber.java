package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millipede.backplane.redis.KeptConnection.User;
import dev.millipede.backplane.redis.SubscriptionLog.Batch;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that listens. Carries nothing but SUBSCRIBE and UNSUBSCRIBE, no PING either: the client would take a message
 * for its answer. Its future of a SUBSCRIBE completes when that is written, so acknowledgements are counted here. Confined to
 * the event loop of the router.
 */
final class Subscriber implements User {
    private static final Logger log = LoggerFactory.getLogger(Subscriber.class);

    private final ContextInternal context;
    private final KeptConnection kept;
    private final Events events;
    private SubscriptionLog subscriptions = new SubscriptionLog();
    private boolean flushing;
    private boolean refusalReported;
    private @Nullable RedisConnection connection;

    /** What the owner hears. */
    interface Events {
        /** There is a connection, with no subscription. */
        void connected();

        /** A message in a channel. */
        void message(String channel, byte[] message);

        /** All subscriptions are gone. Futures of those under way fail afterwards. */
        void lost();
    }

    /** @param context of the router's event loop */
    Subscriber(ContextInternal context, Connector connector, Events events, RandomGenerator random) {
        this.context = context;
        this.events = events;
        this.kept = new KeptConnection(context, connector, "subscribe", this, random);
    }

    KeptConnection kept() {
        return kept;
    }

    /** Completes when Redis has acknowledged exactly this; fails when it refuses or the connection is lost before. */
    Future<Void> subscribe(String channel) {
        if (connection == null) {
            return Future.failedFuture("Redis is away");
        }
        Future<Void> acknowledged = subscriptions.subscribe(channel);
        flushLater();
        return acknowledged;
    }

    void unsubscribe(String channel) {
        if (connection != null) {
            subscriptions.unsubscribe(channel);
            flushLater();
        }
    }

    private void flushLater() {
        if (!flushing) {
            flushing = true;
            context.runOnContext(ignored -> {
                flushing = false;
                flush();
            });
        }
    }

    private void flush() {
        RedisConnection target = connection;
        if (target == null) {
            return;
        }
        Batch batch;
        while ((batch = subscriptions.next()) != null) {
            Request request = Request.cmd(batch.subscribes() ? Command.SUBSCRIBE : Command.UNSUBSCRIBE);
            for (int i = 0; i < batch.size(); i++) {
                request.arg(batch.channel(i).getBytes(ISO_8859_1));
            }
            // Completes on the write; a write that fails ends the connection, which is heard of there.
            target.send(request).onFailure(failure -> kept.drop("SUBSCRIBE was not written"));
        }
    }

    @Override
    public void opened(RedisConnection opened) {
        connection = opened;
        subscriptions = new SubscriptionLog();
        refusalReported = false;
        events.connected();
    }

    @Override
    public void message(@Nullable Response message) {
        if (message == null || message.type() == ResponseType.ERROR) {
            refused(message);
            return;
        }
        if (message.type() != ResponseType.MULTI || message.size() < 3) {
            kept.drop("it sent what is no message");
            return;
        }
        // "message", "subscribe", "unsubscribe": the first letter tells.
        byte kind = message.get(0).toBuffer().getByte(0);
        Response channel = message.get(1);
        if (kind == 'm') {
            events.message(name(channel), message.get(2).toBytes());
        } else if (channel == null || !subscriptions.acknowledged(kind == 's', name(channel))) {
            kept.drop("it acknowledged what was not asked");
        } else {
            flush();
        }
    }

    private static String name(Response channel) {
        return new String(channel.toBytes(), ISO_8859_1);
    }

    private void refused(@Nullable Response error) {
        if (!refusalReported) {
            refusalReported = true;
            // As text: an error is a Throwable to the logger.
            log.error("Redis refuses a subscription: {}", String.valueOf(error));
        }
        if (!subscriptions.refused(String.valueOf(error))) {
            kept.drop("it refused what was not asked");
        }
        flush();
    }

    @Override
    public void lost() {
        connection = null;
        SubscriptionLog ended = subscriptions;
        subscriptions = new SubscriptionLog();
        events.lost();
        ended.fail("the connection to Redis is lost");
    }
}
