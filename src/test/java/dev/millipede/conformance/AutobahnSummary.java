package dev.millipede.conformance;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the index that Autobahn's fuzzing client leaves, prints the table of docs/conformance.md, and judges. */
public final class AutobahnSummary {
    /** Cases of which Autobahn only tells what it saw, by its own design. */
    private static final Set<String> INFORMATIONAL_BY_DESIGN = Set.of("7.1.6", "7.13.1", "7.13.2");

    enum Behavior {
        OK,
        NON_STRICT,
        INFORMATIONAL,
        OTHER;

        static Behavior of(JsonObject result, String key) {
            return switch (result.getString(key, "")) {
                case "OK" -> OK;
                case "NON-STRICT" -> NON_STRICT;
                case "INFORMATIONAL" -> INFORMATIONAL;
                default -> OTHER;
            };
        }
    }

    private final Map<Integer, EnumMap<Behavior, Integer>> groups = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private AutobahnSummary() {}

    /**
     * Fails unless cases ran and each behaved.
     *
     * @param args the folder of the reports
     */
    public static void main(String[] args) throws IOException {
        AutobahnSummary summary = new AutobahnSummary();
        JsonObject agents = new JsonObject(Files.readString(Path.of(args[0], "index.json")));
        for (String agent : agents.fieldNames()) {
            JsonObject cases = agents.getJsonObject(agent);
            cases.fieldNames().forEach(name -> summary.count(name, cases.getJsonObject(name)));
        }
        System.out.print(summary.table());
        if (summary.groups.isEmpty()) {
            throw new IllegalStateException("no Autobahn case ran");
        }
        if (!summary.problems.isEmpty()) {
            throw new IllegalStateException("Autobahn cases: " + String.join(", ", summary.problems));
        }
    }

    private void count(String name, JsonObject result) {
        Behavior behavior = Behavior.of(result, "behavior");
        groups.computeIfAbsent(
                        Integer.valueOf(name.substring(0, name.indexOf('.'))), group -> new EnumMap<>(Behavior.class))
                .merge(behavior, 1, Integer::sum);
        boolean tolerable = behavior == Behavior.OK
                || behavior == Behavior.NON_STRICT
                || (behavior == Behavior.INFORMATIONAL && INFORMATIONAL_BY_DESIGN.contains(name));
        if (!tolerable) {
            problems.add(name + " " + result.getString("behavior"));
        } else if (Behavior.of(result, "behaviorClose") == Behavior.OTHER) {
            problems.add(name + " close " + result.getString("behaviorClose"));
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder("| group | cases | OK | NON-STRICT | INFORMATIONAL | other |\n");
        table.append("|---:|---:|---:|---:|---:|---:|\n");
        groups.forEach((group, counts) -> {
            int cases = counts.values().stream().mapToInt(Integer::intValue).sum();
            table.append("| ").append(group).append(" | ").append(cases);
            for (Behavior each : Behavior.values()) {
                table.append(" | ").append(counts.getOrDefault(each, 0));
            }
            table.append(" |\n");
        });
        return table.toString();
    }
}
