package dev.millipede.cluster;

import dev.millipede.bus.NodeRecord.NodeStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A node's status as the body of a record: a JSON object, of which a reader takes what it knows. */
final class StatusBody {
    /** Names end up in logs and answers, so they are one line. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]{1,300}");

    private StatusBody() {}

    static Buffer write(NodeStatus status) {
        return new JsonObject()
                .put("name", status.name())
                .put("version", status.version())
                .put("connections", status.connections())
                .put("users", status.users())
                .put("subscriptions", status.subscriptions())
                .put("channels", status.channels())
                .put("uptime", status.uptime())
                .toBuffer();
    }

    /** Null when it is not one. */
    static @Nullable NodeStatus read(String uid, Buffer body) {
        try {
            JsonObject json = new JsonObject(body);
            return new NodeStatus(
                    uid,
                    name(json, "name"),
                    name(json, "version"),
                    count(json, "connections"),
                    count(json, "users"),
                    count(json, "subscriptions"),
                    count(json, "channels"),
                    number(json, "uptime"));
        } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
            return null;
        }
    }

    private static String name(JsonObject json, String key) {
        if (!(json.getValue(key) instanceof String name) || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(key);
        }
        return name;
    }

    private static int count(JsonObject json, String key) {
        long count = number(json, key);
        if (count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(key);
        }
        return (int) count;
    }

    private static long number(JsonObject json, String key) {
        if (!(json.getValue(key) instanceof Number number) || number.longValue() < 0) {
            throw new IllegalArgumentException(key);
        }
        return number.longValue();
    }
}
