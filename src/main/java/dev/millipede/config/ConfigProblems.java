package dev.millipede.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects the problems of one configuration while it is read. Used by one thread. */
public final class ConfigProblems {
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Set<String> failed = new HashSet<>();

    /** An empty collection. */
    public ConfigProblems() {}

    /**
     * Adds a problem of the key at {@code path}.
     *
     * @param path the dotted path of the key
     * @param value what to show, see {@link ConfigProblem#value()}
     */
    public void add(String path, String value, String message) {
        add(path, path, value, message);
    }

    /** As above, shown under {@code label} instead of the path; the same problem twice counts once. */
    void add(String path, String label, String value, String message) {
        failed.add(path);
        ConfigProblem problem = new ConfigProblem(label, value, message);
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** Whether nothing has been added. */
    public boolean isEmpty() {
        return problems.isEmpty();
    }

    /** Whether the value at {@code path}, or one below it, has a problem, so that its default stands in for it. */
    public boolean failed(String path) {
        return failed.stream().anyMatch(each -> each.equals(path) || each.startsWith(path + "."));
    }

    /** The problems so far, in the order they were found. */
    public List<ConfigProblem> list() {
        return List.copyOf(problems);
    }

    /**
     * All problems as an aligned text without a final line break.
     *
     * @param source what was read, for example {@code conf/production.json}
     */
    public String render(String source) {
        int paths =
                problems.stream().mapToInt(each -> each.path().length()).max().orElse(0);
        int values =
                problems.stream().mapToInt(each -> each.value().length()).max().orElse(0);
        StringBuilder text = new StringBuilder(source)
                .append(" has ")
                .append(problems.size())
                .append(problems.size() == 1 ? " problem" : " problems");
        for (ConfigProblem each : problems) {
            text.append("\n  ");
            pad(text, each.path(), paths + 3);
            pad(text, each.value(), values == 0 ? 0 : values + 4);
            text.append(each.message());
        }
        return text.toString();
    }

    /** Does nothing without problems. */
    public void throwIfAny(String source) throws ConfigException {
        if (!isEmpty()) {
            throw new ConfigException(source, this);
        }
    }

    private static void pad(StringBuilder text, String word, int width) {
        text.append(word).append(" ".repeat(Math.max(0, width - word.length())));
    }
}
