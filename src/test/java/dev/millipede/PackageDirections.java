package dev.millipede;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may see whom among our packages; docs/architecture.md draws it. A folder that is not in the table counts as part of
 * the one that contains it; a top-level one that is not in the table is refused, so that a new package is a decision.
 */
final class PackageDirections {
    private static final String ROOT = "dev.millipede";

    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("channel", Set.of()),
            Map.entry("config", Set.of()),
            Map.entry("metrics", Set.of()),
            Map.entry("os", Set.of()),
            Map.entry("websocket.frame", Set.of()),
            Map.entry("tls", Set.of("config", "metrics")),
            Map.entry("protocol", Set.of("channel")),
            Map.entry("protocol.json", Set.of("protocol", "channel")),
            Map.entry("bus", Set.of("channel")),
            Map.entry("recovery", Set.of("channel", "config")),
            Map.entry("auth", Set.of("channel", "config", "metrics")),
            Map.entry("backplane", Set.of("channel", "config")),
            Map.entry("backplane.memory", Set.of("backplane", "channel", "config")),
            Map.entry("backplane.redis", Set.of("backplane", "channel", "config")),
            Map.entry("router", Set.of("bus", "backplane", "protocol", "recovery", "channel", "metrics")),
            Map.entry("presence", Set.of("bus", "backplane", "channel")),
            Map.entry("bench", Set.of("protocol", "websocket.frame")),
            Map.entry(
                    "websocket",
                    Set.of(
                            "protocol",
                            "auth",
                            "bus",
                            "backplane",
                            "recovery",
                            "presence",
                            "channel",
                            "config",
                            "metrics",
                            "tls",
                            "websocket.frame")),
            Map.entry("cluster", Set.of("bus", "backplane", "channel", "config", "metrics")),
            Map.entry("drain", Set.of("bus", "backplane", "channel", "config", "metrics")),
            Map.entry(
                    "api",
                    Set.of(
                            "auth",
                            "bus",
                            "backplane",
                            "cluster",
                            "drain",
                            "protocol",
                            "channel",
                            "config",
                            "metrics",
                            "tls")));

    private PackageDirections() {}

    static ArchCondition<JavaClass> areKept() {
        return new ArchCondition<>("depend only in the directions of the house") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (type.getPackageName().equals(ROOT)) {
                    return;
                }
                String from = entryOf(type.getPackageName());
                if (from == null) {
                    events.add(SimpleConditionEvent.violated(
                            type, type.getName() + " is in a package without an entry in PackageDirections"));
                    return;
                }
                type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> !allowed(from, dependency))
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
            }
        };
    }

    private static boolean allowed(String from, Dependency dependency) {
        String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
        if (!target.equals(ROOT) && !target.startsWith(ROOT + ".")) {
            return true;
        }
        String to = entryOf(target);
        return to != null
                && (to.equals(from) || ALLOWED.getOrDefault(from, Set.of()).contains(to));
    }

    /** The longest entry that is the package or contains it; null for the root and for a package without one. */
    private static @Nullable String entryOf(String packageName) {
        String name = packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
        while (!name.isEmpty() && !ALLOWED.containsKey(name)) {
            name = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        }
        return name.isEmpty() ? null : name;
    }
}
