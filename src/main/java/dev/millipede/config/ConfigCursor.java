package dev.millipede.config;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands at one object of a configuration and reads its keys.
 *
 * <p>A read never fails: what cannot be used is added to the problems, and the default is returned in its place. So
 * one pass finds every problem; whoever started it asks {@link ConfigProblems} at the end. The environment variable of
 * a key ({@code websocket.pingInterval}: {@code MILLIPEDE_WEBSOCKET_PINGINTERVAL}) wins over the file. All ranges
 * include both ends. Used by one thread.
 */
public final class ConfigCursor {
    private static final int SHOWN_CHARACTERS = 40;

    private final Environment environment;
    private final ConfigProblems problems;
    /** By path, of this cursor and all others of the same configuration. */
    private final Map<String, @Nullable Object> values;

    private final ConfigPath path;
    private final @Nullable JsonObject object;
    private final Map<String, ConfigCursor> sections = new LinkedHashMap<>();
    private final Set<String> knownKeys = new LinkedHashSet<>();
    private final Set<String> secretKeys = new LinkedHashSet<>();

    private ConfigCursor(
            Environment environment,
            ConfigProblems problems,
            Map<String, @Nullable Object> values,
            ConfigPath path,
            @Nullable JsonObject object) {
        this.environment = environment;
        this.problems = problems;
        this.values = values;
        this.path = path;
        this.object = object;
    }

    /**
     * A cursor at the root of a configuration.
     *
     * @param environment all variables of the process; those that do not begin with {@code MILLIPEDE_} are ignored
     * @param problems where to add what is wrong
     */
    public static ConfigCursor root(JsonObject file, Map<String, String> environment, ConfigProblems problems) {
        return new ConfigCursor(new Environment(environment), problems, new LinkedHashMap<>(), ConfigPath.ROOT, file);
    }

    /** A cursor at an object of its own, without environment; a problem is never thrown, the default stands in. */
    public static ConfigCursor of(JsonObject section) {
        return root(section, Map.of(), new ConfigProblems());
    }

    /** A string that is not blank. */
    public String string(String key, String fallback) {
        return read(key, fallback, Formats.string());
    }

    /** A string that is not blank, or null where it is left out or null. */
    public @Nullable String stringOrNull(String key) {
        return readOrNull(key, Formats.string());
    }

    /** As {@link #string}, never shown in a problem. */
    public String secret(String key, String fallback) {
        secretKeys.add(key);
        return read(key, fallback, Formats.string());
    }

    /** As {@link #stringOrNull}, never shown in a problem. */
    public @Nullable String secretOrNull(String key) {
        secretKeys.add(key);
        return readOrNull(key, Formats.string());
    }

    /** {@code true} or {@code false}. */
    public boolean bool(String key, boolean fallback) {
        return read(key, fallback, Formats.bool());
    }

    /** A whole number. */
    public int integer(String key, int fallback, int min, int max) {
        return Math.toIntExact(read(key, (long) fallback, Formats.wholeNumber(min, max)));
    }

    /** A whole number. */
    public long longInteger(String key, long fallback, long min, long max) {
        return read(key, fallback, Formats.wholeNumber(min, max));
    }

    /** A time with its unit: {@code "500ms"}, {@code "25s"}, {@code "10m"}, {@code "1h"}. */
    public Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return read(key, fallback, Formats.duration(fallback, min, max));
    }

    /** A number of bytes, plain or with its unit: {@code 4096}, {@code "64KiB"}, {@code "1MiB"}, {@code "1GiB"}. */
    public int size(String key, int fallback, int min, int max) {
        return read(key, fallback, Formats.size(fallback, min, max));
    }

    /** A constant of the type of {@code fallback}, written in lower case. */
    public <E extends Enum<E>> E word(String key, E fallback) {
        return read(key, fallback, Formats.word(fallback.getDeclaringClass()));
    }

    /** Strings that are not blank, none where the key is left out; in a variable separated by commas. */
    public List<String> strings(String key) {
        return read(key, List.of(), Formats.strings());
    }

    /** As {@link #strings}, never shown in a problem. */
    public List<String> secrets(String key) {
        secretKeys.add(key);
        return strings(key);
    }

    /** A cursor at the object under {@code key}; at an empty one where it is left out or null. */
    public ConfigCursor section(String key) {
        ConfigCursor known = sections.get(key);
        if (known != null) {
            return known;
        }
        knownKeys.add(key);
        Object raw = raw(key);
        ConfigPath below = path.child(key);
        if (raw != null && !(raw instanceof JsonObject)) {
            problems.add(below.toString(), "", "must be an object");
        }
        JsonObject inner = raw instanceof JsonObject json ? json : null;
        ConfigCursor section = new ConfigCursor(environment, problems, values, below, inner);
        sections.put(key, section);
        return section;
    }

    /**
     * A cursor for each key of this object, whatever its name.
     *
     * @param expected names that get a cursor also where the object does not hold them, so that variables reach them
     */
    public Map<String, ConfigCursor> entries(Collection<String> expected) {
        Set<String> names = new LinkedHashSet<>(expected);
        if (object != null) {
            names.addAll(object.fieldNames());
        }
        Map<String, ConfigCursor> entries = new LinkedHashMap<>();
        names.forEach(name -> entries.put(name, section(name)));
        return entries;
    }

    /** Whether the file holds this object or the environment a value in it. */
    public boolean isPresent() {
        return object != null || environment.hasBelow(path);
    }

    /**
     * Adds a problem of a key that has been read.
     *
     * @param message what is expected instead, without a full stop
     */
    public void reject(String key, String message) {
        ConfigPath below = path.child(key);
        String variable = environment.get(below, problems);
        Object found = variable != null ? variable : raw(key);
        String label = variable != null ? below.variable() : below.toString();
        String shown = found == null ? "" : secretKeys.contains(key) ? Mask.HIDDEN : show(found);
        problems.add(below.toString(), label, shown, message);
    }

    /** Adds a problem of this object as a whole. */
    public void reject(String message) {
        problems.add(path.toString(), "", message);
    }

    /** Adds a problem for each key, and each variable, that nobody has read. To be called once, at the root. */
    public void rejectUnknown() {
        rejectUnknownKeys();
        environment.reportUnclaimed(problems);
    }

    /** The dotted path of every value that has been read, in that order. */
    public Set<String> knownPaths() {
        return Set.copyOf(values.keySet());
    }

    /** Every value that has been read, the default where there was none or it could not be used. */
    public ConfigValues values() {
        return new ConfigValues(values);
    }

    private void rejectUnknownKeys() {
        if (object != null) {
            for (String key : object.fieldNames()) {
                if (!knownKeys.contains(key)) {
                    String near = Spelling.nearest(key, knownKeys);
                    problems.add(
                            path.child(key).toString(),
                            "",
                            "unknown key" + (near == null ? "" : ", did you mean \"" + near + "\"?"));
                }
            }
        }
        sections.values().forEach(ConfigCursor::rejectUnknownKeys);
    }

    private <T> T read(String key, T fallback, Format<T> format) {
        if (environmentOf(key) == null && raw(key) == null && object != null && object.containsKey(key)) {
            reject(key, "must not be null, leave the key out for its default");
        }
        T value = readOrNull(key, format);
        T used = value == null ? fallback : value;
        values.put(path.child(key).toString(), used);
        return used;
    }

    private <T> @Nullable T readOrNull(String key, Format<T> format) {
        String variable = environmentOf(key);
        Object found = variable != null ? variable : raw(key);
        if (found == null) {
            return null;
        }
        Parsed<T> parsed = format.parse(found, variable != null);
        if (parsed.complaint() != null) {
            reject(key, parsed.complaint());
        }
        values.put(path.child(key).toString(), parsed.value());
        return parsed.value();
    }

    private @Nullable String environmentOf(String key) {
        knownKeys.add(key);
        ConfigPath below = path.child(key);
        values.putIfAbsent(below.toString(), null);
        return environment.get(below, problems);
    }

    private @Nullable Object raw(String key) {
        return object == null ? null : object.getValue(key);
    }

    private static String show(Object found) {
        String plain = found instanceof JsonObject ? "{…}" : Json.encode(found);
        String json = plain.contains("://") ? Mask.uri(plain) : plain;
        return json.length() <= SHOWN_CHARACTERS ? json : json.substring(0, SHOWN_CHARACTERS - 1) + "…";
    }
}
