package dev.millipede.backplane;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.util.regex.Pattern;

/**
 * The section {@code backplane}: what carries publications between nodes.
 *
 * @param type where they go; default memory
 * @param redisUri {@code redis.uri}: {@code redis://}, {@code rediss://} (TLS) or {@code unix://}, may hold a password;
 *     default {@code redis://127.0.0.1:6379}; without meaning for memory
 */
public record BackplaneConfig(Type type, String redisUri) {
    /** In memory. */
    public static final BackplaneConfig DEFAULTS = new BackplaneConfig(Type.MEMORY, "redis://127.0.0.1:6379");

    private static final Pattern REDIS_URI = Pattern.compile("(redis|rediss|unix)://\\S+");

    /** What a backplane can be made of. */
    public enum Type {
        /** This process alone. */
        MEMORY,
        /** All nodes that share a Redis. */
        REDIS
    }

    /** Reads the section. */
    public static BackplaneConfig read(ConfigCursor cursor) {
        ConfigCursor redis = cursor.section("redis");
        BackplaneConfig config =
                new BackplaneConfig(cursor.word("type", DEFAULTS.type), redis.secret("uri", DEFAULTS.redisUri));
        if (!REDIS_URI.matcher(config.redisUri).matches()) {
            redis.reject("uri", "must begin with redis://, rediss:// or unix://");
        }
        return config;
    }

    /** With the password masked. */
    @Override
    public String toString() {
        return "BackplaneConfig[type=" + type + ", redisUri=" + Mask.uri(redisUri) + ']';
    }
}
