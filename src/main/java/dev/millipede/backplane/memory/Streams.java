package dev.millipede.backplane.memory;

import dev.millipede.backplane.Epochs;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of all channels. Nothing has a timer: what has expired is not found any more, and each call looks at a few
 * other channels, so that those that nobody asks for go too. Confined to the event loop of the router.
 */
final class Streams {
    /** Channels looked at in one call. More than one, so that they go faster than they can come. */
    private static final int SWEPT = 2;

    private final LongSupplier clock;
    private final Epochs epochs;
    private final Outcomes outcomes = new Outcomes();
    private final Map<String, Stream> byChannel = new HashMap<>();

    /** Each channel once, the next one to be looked at first. */
    private final ArrayDeque<String> sweep = new ArrayDeque<>();

    /** @param clock milliseconds, never going back */
    Streams(LongSupplier clock, RandomGenerator random) {
        this.clock = clock;
        this.epochs = new Epochs(random);
    }

    /** @param heard gets what is published, with its position, before this returns */
    Published publish(Publication publication, PublishOptions options, Consumer<Publication> heard) {
        long now = clock.getAsLong();
        String key = options.idempotencyKey();
        String channel = publication.channel().name();
        Published before = key == null ? null : outcomes.find(channel, key, now);
        if (before != null) {
            return new Published(before.position(), true);
        }
        Published outcome = publishNow(publication, options, heard, now);
        if (key != null) {
            outcomes.remember(channel, key, outcome, now);
        }
        return outcome;
    }

    private Published publishNow(
            Publication publication, PublishOptions options, Consumer<Publication> heard, long now) {
        HistoryRules rules = publication.channel().namespace().history();
        if (!rules.isKept() || options.skipHistory()) {
            heard.accept(Stream.at(null, publication));
            return Published.PLAIN;
        }
        Stream stream = find(publication.channel(), now);
        if (!stream.takes(options.version(), options.versionEpoch())) {
            return new Published(stream.top(), true);
        }
        Publication positioned = stream.append(publication, rules, now);
        heard.accept(positioned);
        return new Published(positioned.position(), false);
    }

    HistoryPage history(Channel channel, HistoryQuery query) {
        long now = clock.getAsLong();
        Stream stream = find(channel, now);
        stream.renew(channel.namespace().history(), now);
        return stream.page(channel, query);
    }

    HistoryPage after(Channel channel, Position known, int limit) {
        long now = clock.getAsLong();
        Stream stream = find(channel, now);
        stream.renew(channel.namespace().history(), now);
        return stream.after(channel, known, limit, epochs);
    }

    void remove(Channel channel) {
        Stream stream = byChannel.get(channel.name());
        if (stream != null) {
            stream.clear();
        }
    }

    private Stream find(Channel channel, long now) {
        sweep(now);
        Stream stream = byChannel.get(channel.name());
        if (stream != null && !stream.expire(now)) {
            return stream;
        }
        if (stream == null) {
            sweep.add(channel.name());
        }
        Stream fresh = new Stream(epochs.next());
        fresh.renew(channel.namespace().history(), now);
        byChannel.put(channel.name(), fresh);
        return fresh;
    }

    private void sweep(long now) {
        for (int i = 0; i < SWEPT; i++) {
            String name = sweep.poll();
            Stream stream = name == null ? null : byChannel.get(name);
            if (name != null && stream != null) {
                if (stream.expire(now)) {
                    byChannel.remove(name);
                } else {
                    sweep.add(name);
                }
            }
        }
    }

    /** Channels of which something is kept. */
    int size() {
        return byChannel.size();
    }

    /** What is kept of a channel; null when that is nothing. */
    @Nullable
    Stream peek(String channel) {
        return byChannel.get(channel);
    }
}
