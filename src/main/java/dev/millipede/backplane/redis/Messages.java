package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Skipped;
import dev.millipede.backplane.redis.Envelope.Opened;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Publication;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What stands in Redis for channels and publications: names, envelopes, plain messages. Safe on any thread. */
final class Messages {
    /** The longest message that is taken for a publication, in bytes: the largest of a client, and room for the header. */
    static final int MAX_LENGTH = (16 << 20) + (1 << 20);

    private final String prefix;
    private volatile Namespaces namespaces;
    private final Function<byte[], @Nullable Payload> plain;

    /** @param plain makes a payload of a message that no node wrote, null when it cannot */
    Messages(String prefix, Namespaces namespaces, Function<byte[], @Nullable Payload> plain) {
        this.prefix = prefix;
        this.namespaces = namespaces;
        this.plain = plain;
    }

    /** From now on there are the channels of these. */
    void use(Namespaces next) {
        namespaces = next;
    }

    /** What a channel is called in Redis. */
    String name(String channel) {
        return prefix.isEmpty() ? channel : prefix + channel;
    }

    /** As {@link #name}; names are ASCII. */
    byte[] nameBytes(Channel channel) {
        return name(channel.name()).getBytes(ISO_8859_1);
    }

    /** Hands the listener the publication, or why there is none; of a channel nobody can have asked for nothing. */
    void read(String name, byte[] message, Broker.Listener listener) {
        Channel channel = channel(name);
        if (channel == null) {
            return;
        }
        if (message.length > MAX_LENGTH) {
            listener.skipped(Skipped.TOO_LONG);
        } else if (!Envelope.isOne(message)) {
            Payload payload = plain.apply(message);
            if (payload == null) {
                listener.skipped(Skipped.NOT_UTF8);
            } else {
                listener.publication(new Publication(channel, payload, null));
            }
        } else {
            Opened opened = Envelope.decode(channel, message);
            if (opened instanceof Opened.Whole whole) {
                listener.publication(whole.publication());
            } else if (opened instanceof Opened.Refused refused) {
                listener.skipped(refused.why());
            }
        }
    }

    private @Nullable Channel channel(String name) {
        if (!name.startsWith(prefix)) {
            return null;
        }
        String own = prefix.isEmpty() ? name : name.substring(prefix.length());
        return Channel.isValid(own) ? Channel.of(own, namespaces) : null;
    }
}
