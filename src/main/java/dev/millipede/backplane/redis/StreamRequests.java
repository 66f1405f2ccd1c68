package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.backplane.Epochs;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes up what Redis is asked for. All keys begin with {@code millipede:}, then comes what they are and the channel's name
 * in Redis. Confined to the event loop of the router, because of its random numbers.
 */
final class StreamRequests {
    private static final long RESULT_MILLIS = TimeUnit.SECONDS.toMillis(PublishOptions.IDEMPOTENCY_SECONDS);

    private final Messages messages;
    private final RandomGenerator random;
    private final Epochs epochs;

    /** @param random seeded differently on every node and at every start */
    StreamRequests(Messages messages, RandomGenerator random) {
        this.messages = messages;
        this.random = random;
        this.epochs = new Epochs(random);
    }

    /**
     * Publishes.
     *
     * @param message its envelope, without position
     * @param known up to where this node has heard the stream
     */
    Request publish(Channel channel, byte[] message, PublishOptions options, @Nullable Position known) {
        HistoryRules rules = channel.namespace().history();
        String key = options.idempotencyKey();
        byte[] name = messages.nameBytes(channel);
        if (rules.isKept() && !options.skipHistory()) {
            return positioned(channel, message, options, known);
        }
        if (key == null) {
            return Request.cmd(Command.PUBLISH).arg(name).arg(message);
        }
        return Script.PUBLISH_ONCE
                .call(1)
                .arg(result(channel, key))
                .arg(message)
                .arg(name)
                .arg(RESULT_MILLIS);
    }

    private Request positioned(Channel channel, byte[] message, PublishOptions options, @Nullable Position known) {
        HistoryRules rules = channel.namespace().history();
        String key = options.idempotencyKey();
        Request request = Script.PUBLISH.call(key == null ? 2 : 3);
        request.arg(meta(channel)).arg(stream(channel));
        if (key != null) {
            request.arg(result(channel, key));
        }
        request.arg(message)
                .arg(messages.nameBytes(channel))
                .arg(epochs.next())
                .arg(mark())
                .arg(rules.size())
                .arg(rules.ttl().toMillis())
                .arg(rules.metaTtl().toMillis())
                .arg(known == null ? "" : known.epoch())
                .arg(known == null ? "" : Long.toString(known.offset()))
                .arg(known == null ? "" : Integer.toUnsignedString(known.mark()))
                .arg(Math.max(0, options.version()))
                .arg(options.versionEpoch().getBytes(UTF_8))
                .arg(RESULT_MILLIS);
        return request;
    }

    /** Never 0, which is a mark that is not known. */
    private String mark() {
        int mark = random.nextInt();
        return mark == 0 ? "1" : Integer.toUnsignedString(mark);
    }

    Request history(Channel channel, HistoryQuery query) {
        HistoryRules rules = channel.namespace().history();
        Since since = query.since();
        return Script.HISTORY
                .call(2)
                .arg(meta(channel))
                .arg(stream(channel))
                .arg(epochs.next())
                .arg(rules.metaTtl().toMillis())
                .arg(most(channel, query.limit()))
                .arg(since == null ? "" : since.epoch())
                .arg(since == null ? "" : Long.toString(since.offset()))
                .arg(query.reverse() ? 1 : 0);
    }

    Request after(Channel channel, Position known, int limit) {
        return Script.AFTER
                .call(2)
                .arg(meta(channel))
                .arg(stream(channel))
                .arg(epochs.next())
                .arg(channel.namespace().history().metaTtl().toMillis())
                .arg(most(channel, limit))
                .arg(known.epoch())
                .arg(known.offset())
                .arg(Integer.toUnsignedString(known.mark()));
    }

    /** Meta stays, and with it the position. */
    Request remove(Channel channel) {
        return Request.cmd(Command.DEL).arg(stream(channel));
    }

    /** What a limit comes to: no more is kept than the channel's namespace says. */
    static int most(Channel channel, int limit) {
        int size = channel.namespace().history().size();
        return limit < 0 ? size : Math.min(limit, size);
    }

    private byte[] meta(Channel channel) {
        return key("meta:", channel);
    }

    private byte[] stream(Channel channel) {
        return key("stream:", channel);
    }

    /** Names have no space and may have colons: only so can no two channels come to the same key. */
    private byte[] result(Channel channel, String key) {
        return ("millipede:result:" + messages.name(channel.name()) + ' ' + key).getBytes(UTF_8);
    }

    private byte[] key(String kind, Channel channel) {
        return ("millipede:" + kind + messages.name(channel.name())).getBytes(ISO_8859_1);
    }
}
