package dev.millipede.protocol.json;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Protocol.MalformedCommandException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client says to have seen of one channel, field by field, wherever in a command that stands. */
final class SinceFields {
    /** Channels in one {@code connect.subs} that want to recover: more than a connection may have is no client of ours. */
    static final int MAX_SUBS = 10_000;

    private boolean recover;
    private String epoch = "";
    private long offset;

    /** Takes the field if it is one of these. */
    boolean take(String name, FieldReader value) throws IOException, MalformedCommandException {
        switch (name) {
            case "recover" -> recover = value.bool();
            case "epoch" -> {
                String text = value.text();
                epoch = text == null ? "" : text;
            }
            case "offset" -> offset = value.uint64();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Null when it does not say {@code recover}. */
    @Nullable
    Since toRecover() {
        return recover ? new Since(epoch, offset) : null;
    }

    /** The object {@code since} of a history command; null when it is absent. */
    static @Nullable Since readSince(FieldReader value) throws IOException, MalformedCommandException {
        if (!value.enter()) {
            return null;
        }
        SinceFields fields = readObject(value);
        return new Since(fields.epoch, fields.offset);
    }

    /** The object {@code connect.subs}, without what is not to be recovered or no channel's name. */
    static Map<String, Since> readSubs(FieldReader value) throws IOException, MalformedCommandException {
        if (!value.enter()) {
            return Map.of();
        }
        Map<String, Since> subs = new LinkedHashMap<>();
        for (String channel = value.next(); channel != null; channel = value.next()) {
            Since since = value.enter() ? readObject(value).toRecover() : null;
            if (since == null) {
                subs.remove(channel);
            } else if (Channel.isValid(channel)) {
                subs.put(channel, since);
            }
            if (subs.size() > MAX_SUBS) {
                throw new MalformedCommandException("too many channels to recover");
            }
        }
        return subs;
    }

    private static SinceFields readObject(FieldReader value) throws IOException, MalformedCommandException {
        SinceFields fields = new SinceFields();
        for (String name = value.next(); name != null; name = value.next()) {
            if (!fields.take(name, value)) {
                value.skip();
            }
        }
        return fields;
    }
}
