package dev.millipede.config;

import io.vertx.core.json.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Finds keys that one object holds twice, of which a decoder would silently take the last. For text that is known to be
 * valid JSON; so a string before a colon is a key, and braces outside strings are objects.
 */
final class RepeatedKeys {
    private final String text;
    private final Deque<Set<String>> objects = new ArrayDeque<>();
    private int at;
    private int line = 1;

    RepeatedKeys(String text) {
        this.text = text;
    }

    /** Adds one problem for each, with its line. To be called once. */
    void report(ConfigProblems problems) {
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case '{' -> objects.push(new HashSet<>());
                case '}' -> objects.pop();
                case '\n' -> line++;
                case '"' -> string(problems);
                default -> {}
            }
            at++;
        }
    }

    /** Leaves {@code at} on the closing quote. */
    private void string(ConfigProblems problems) {
        int start = at++;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        String quoted = text.substring(start, at + 1);
        if (isKey() && !objects.getFirst().add((String) Json.decodeValue(quoted))) {
            problems.add("line " + line, "", "the key " + quoted + " stands here a second time");
        }
    }

    private boolean isKey() {
        int next = at + 1;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next < text.length() && text.charAt(next) == ':';
    }
}
