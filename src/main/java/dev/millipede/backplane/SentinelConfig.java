package dev.millipede.backplane;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.Mask;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code backplane.redis.sentinel}: who knows which Redis is the master.
 *
 * @param master the master's name; default null: no sentinel, the URI is the Redis itself
 * @param nodes sentinels as {@code host:port}, asked in turn; default none
 * @param user for the sentinels' own ACL; default null
 * @param password of the sentinels themselves; default null
 */
public record SentinelConfig(
        @Nullable String master,
        List<String> nodes,
        @Nullable String user,
        @Nullable String password) {
    /** No sentinel. */
    public static final SentinelConfig DEFAULTS = new SentinelConfig(null, List.of(), null, null);

    private static final Pattern NODE = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/@]+):\\d{1,5}");

    static SentinelConfig read(ConfigCursor cursor) {
        SentinelConfig config = new SentinelConfig(
                cursor.stringOrNull("master"),
                cursor.strings("nodes"),
                cursor.stringOrNull("user"),
                cursor.secretOrNull("password"));
        if (!config.nodes.stream().allMatch(each -> NODE.matcher(each).matches())) {
            cursor.reject("nodes", "must hold addresses, for example \"10.0.0.7:26379\"");
        }
        if (config.isUsed() && config.nodes.isEmpty()) {
            cursor.reject("nodes", "is needed with master");
        }
        if (!config.isUsed() && !config.nodes.isEmpty()) {
            cursor.reject("master", "is needed with nodes");
        }
        return config;
    }

    /** Whether the master is to be asked for. */
    public boolean isUsed() {
        return master != null;
    }

    /** With the password masked. */
    @Override
    public String toString() {
        return "SentinelConfig[master=" + master + ", nodes=" + nodes + ", user=" + user + ", password="
                + Mask.secret(password) + ']';
    }
}
