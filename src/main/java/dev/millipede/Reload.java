package dev.millipede;

import dev.millipede.config.ConfigValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What another configuration changes, and what of it a running node cannot change. Pure.
 *
 * @param changed the paths of all keys with another value
 * @param needRestart those of them that take a restart; where there are any nothing changes
 */
record Reload(List<String> changed, List<String> needRestart) {
    /** How the paths begin that may change; what is not among them, new keys included, takes a restart. */
    private static final List<String> LIVE = List.of(
            "auth.",
            "http.allowedOrigins",
            "http.tls.",
            "internal.apiKeys",
            "internal.tls.",
            "namespaces.",
            "websocket.channelsPerConnection",
            "websocket.connectionsPerAddress",
            "websocket.connectionsPerUser",
            "websocket.descriptorReserve",
            "websocket.limits.",
            "websocket.maxConnections");

    /** Connections and the backplane have kept what it takes, or have not. */
    private static final String REVOCATION = "auth.revocation.";

    static Reload between(ConfigValues now, ConfigValues next) {
        List<String> changed = now.differing(next);
        List<String> needRestart = new ArrayList<>(changed);
        needRestart.removeIf(path -> isLive(path, now.find(path), next.find(path)));
        return new Reload(changed, List.copyOf(needRestart));
    }

    private static boolean isLive(String path, @Nullable Object now, @Nullable Object next) {
        if (LIVE.stream().noneMatch(path::startsWith) || path.startsWith(REVOCATION)) {
            return false;
        }
        boolean isInBoth = now != null && next != null;
        if (path.endsWith(".tls.certificate") || path.endsWith(".tls.key")) {
            return isInBoth;
        }
        if (path.startsWith("namespaces.")) {
            // A namespace as a whole may come and go, but for one that connections were given a channel of.
            if (path.endsWith(".automatic")) {
                return !isInBoth && !Boolean.TRUE.equals(now) && !Boolean.TRUE.equals(next);
            }
            if (path.endsWith(".history.size")) {
                return !isInBoth || isZero(now) == isZero(next);
            }
            return !isInBoth || !path.endsWith(".history.recovery");
        }
        return true;
    }

    private static boolean isZero(@Nullable Object value) {
        return Objects.equals(value, 0L);
    }
}
