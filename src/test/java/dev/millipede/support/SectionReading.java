package dev.millipede.support;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.ConfigProblem;
import dev.millipede.config.ConfigProblems;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What one section's record makes of a text, and its problems as {@code path: message}. */
public record SectionReading<T>(T config, List<String> problems, String printed) {
    public static <T> SectionReading<T> of(Function<ConfigCursor, T> read, String json) {
        return of(read, json, Map.of());
    }

    public static <T> SectionReading<T> of(
            Function<ConfigCursor, T> read, String json, Map<String, String> environment) {
        ConfigProblems problems = new ConfigProblems();
        ConfigCursor root = ConfigCursor.root(new JsonObject(json), environment, problems);
        T config = read.apply(root);
        root.rejectUnknown();
        return new SectionReading<>(
                config, problems.list().stream().map(SectionReading::line).toList(), problems.render("test"));
    }

    private static String line(ConfigProblem problem) {
        return problem.path() + ": " + problem.message();
    }
}
