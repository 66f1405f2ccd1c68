package dev.millipede.backplane;

import dev.millipede.config.ConfigCursor;

/**
 * The section {@code backplane}: what carries publications between nodes.
 *
 * @param type where they go; default memory
 * @param redis the Redis to use; without meaning for memory
 */
public record BackplaneConfig(Type type, RedisConfig redis) {
    /** In memory. */
    public static final BackplaneConfig DEFAULTS = new BackplaneConfig(Type.MEMORY, RedisConfig.DEFAULTS);

    /** What a backplane can be made of. */
    public enum Type {
        /** This process alone. */
        MEMORY,
        /** All nodes that share a Redis. */
        REDIS
    }

    /** Reads the section. */
    public static BackplaneConfig read(ConfigCursor cursor) {
        return new BackplaneConfig(cursor.word("type", DEFAULTS.type), RedisConfig.read(cursor.section("redis")));
    }
}
