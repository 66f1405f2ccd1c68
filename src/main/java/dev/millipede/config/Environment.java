package dev.millipede.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The variables that override keys, and which keys they turned out to stand for. */
final class Environment {
    /** What Kubernetes gives every container beside a service named millipede, and what start scripts read. */
    private static final Pattern NOT_OURS =
            Pattern.compile("MILLIPEDE_(JAVA_OPTS|SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_.*)?)");

    private final TreeMap<String, String> variables = new TreeMap<>();
    private final Map<String, ConfigPath> claims = new HashMap<>();

    Environment(Map<String, String> all) {
        all.forEach((name, value) -> {
            if (name.startsWith(ConfigPath.PREFIX) && !NOT_OURS.matcher(name).matches()) {
                variables.put(name, value);
            }
        });
    }

    /** The text of the variable that stands for {@code path}. */
    @Nullable
    String get(ConfigPath path, ConfigProblems problems) {
        String name = path.variable();
        String value = variables.get(name);
        ConfigPath other = claims.putIfAbsent(name, path);
        if (value != null && other != null && !other.equals(path)) {
            problems.add(path.toString(), name, "", "stands for both " + other + " and " + path + ", use the file");
            return null;
        }
        return value;
    }

    /** Whether any variable is set for a value below {@code path}. */
    boolean hasBelow(ConfigPath path) {
        String prefix = path.variable() + "_";
        String next = variables.ceilingKey(prefix);
        return next != null && next.startsWith(prefix);
    }

    /** One problem for each variable that stands for no key. To be called once everything has been read. */
    void reportUnclaimed(ConfigProblems problems) {
        List<String> known = claims.keySet().stream().sorted().toList();
        for (String name : variables.keySet()) {
            if (!claims.containsKey(name)) {
                String near = Spelling.nearest(name, known);
                problems.add(name, "", "unknown variable" + (near == null ? "" : ", did you mean " + near + "?"));
            }
        }
    }
}
