package dev.millipede.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every value of a configuration by its dotted path, defaults included. Shows none of them, as some are secret. Immutable. */
public final class ConfigValues {
    private final Map<String, @Nullable Object> byPath;

    ConfigValues(Map<String, @Nullable Object> byPath) {
        this.byPath = new LinkedHashMap<>(byPath);
    }

    /** The value, or null where there is none. */
    public @Nullable Object find(String path) {
        return byPath.get(path);
    }

    /** The paths at which another configuration has another value, or only one of both has any; sorted. */
    public List<String> differing(ConfigValues other) {
        TreeSet<String> paths = new TreeSet<>(byPath.keySet());
        paths.addAll(other.byPath.keySet());
        paths.removeIf(path -> Objects.equals(find(path), other.find(path)));
        return List.copyOf(paths);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConfigValues that && byPath.equals(that.byPath);
    }

    @Override
    public int hashCode() {
        return byPath.hashCode();
    }

    @Override
    public String toString() {
        return "ConfigValues[" + byPath.size() + " keys]";
    }
}
