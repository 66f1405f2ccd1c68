package dev.millipede.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a value stands: the keys from the root, none for the root itself. */
record ConfigPath(List<String> keys) {
    static final String PREFIX = "MILLIPEDE_";
    static final ConfigPath ROOT = new ConfigPath(List.of());

    ConfigPath child(String key) {
        List<String> longer = new ArrayList<>(keys);
        longer.add(key);
        return new ConfigPath(List.copyOf(longer));
    }

    /** The environment variable that overrides this value: capitals, dots to underscores. */
    String variable() {
        return PREFIX + String.join("_", keys).replace('.', '_').toUpperCase(Locale.ROOT);
    }

    /** The keys joined by dots; a key that is empty or has a dot itself in quotes. */
    @Override
    public String toString() {
        return keys.stream()
                .map(key -> key.isEmpty() || key.indexOf('.') >= 0 ? '"' + key + '"' : key)
                .collect(Collectors.joining("."));
    }
}
