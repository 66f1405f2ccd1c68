package dev.millipede.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of Prometheus asks for.
 *
 * @param selections each metric, as often as it is named, with the labels it is narrowed by
 * @param groupings the labels that are grouped by or matched on
 */
record PromQl(List<Selection> selections, Set<String> groupings) {
    /** A metric and the labels in its braces. */
    record Selection(String metric, Set<String> labels) {}

    private static final Set<String> WORDS = Set.of(
            "and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right");

    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("(?<![\\w:.$])([a-zA-Z_:][\\w:]*)\\s*(\\(|\\{[^}]*})?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");

    /** Reads one, variables of a dashboard included. */
    static PromQl of(String expression) {
        String rest = RANGE.matcher(STRING.matcher(expression).replaceAll("''")).replaceAll("");
        Set<String> groupings = new TreeSet<>();
        Matcher grouping = GROUPING.matcher(rest);
        while (grouping.find()) {
            for (String label : grouping.group(1).split(",", -1)) {
                if (!label.isBlank()) {
                    groupings.add(label.strip());
                }
            }
        }
        List<Selection> selections = new ArrayList<>();
        Matcher name = NAME.matcher(grouping.replaceAll(" "));
        while (name.find()) {
            String braces = name.group(2) == null ? "" : name.group(2);
            if (!braces.equals("(") && !WORDS.contains(name.group(1))) {
                selections.add(new Selection(name.group(1), labels(braces)));
            }
        }
        return new PromQl(selections, groupings);
    }

    private static Set<String> labels(String braces) {
        Set<String> labels = new TreeSet<>();
        Matcher label = LABEL.matcher(braces);
        while (label.find()) {
            labels.add(label.group(1));
        }
        return labels;
    }
}
