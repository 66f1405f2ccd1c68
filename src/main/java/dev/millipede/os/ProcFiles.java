package dev.millipede.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The small text files in which Linux says how it is set. What is missing, unreadable or no number is empty, never an error. */
final class ProcFiles {
    /** What a file says that sets no bound. */
    static final long UNBOUNDED = Long.MAX_VALUE;

    private final Path root;

    /** @param root above {@code proc} and {@code sys}; {@code /} for this host */
    ProcFiles(Path root) {
        this.root = root;
    }

    List<String> lines(String path) {
        try {
            return Files.readAllLines(root.resolve(path), StandardCharsets.ISO_8859_1);
        } catch (IOException | SecurityException e) {
            return List.of();
        }
    }

    /** The words of its first line; none where there is no such file. */
    List<String> words(String path) {
        List<String> lines = lines(path);
        return lines.isEmpty() || lines.get(0).isBlank()
                ? List.of()
                : List.of(lines.get(0).strip().split("\\s+", -1));
    }

    /** The word with this index in its first line, as {@link #number(String)} reads it. */
    OptionalLong number(String path, int index) {
        List<String> words = words(path);
        return index < words.size() ? number(words.get(index)) : OptionalLong.empty();
    }

    /** The number after {@code name} and an optional colon, in the first line that begins with it. */
    OptionalLong named(String path, String name) {
        for (String line : lines(path)) {
            String[] words = line.strip().split("[:\\s]+", 3);
            if (words.length > 1 && words[0].equals(name)) {
                return number(words[1]);
            }
        }
        return OptionalLong.empty();
    }

    /** Not negative; {@link #UNBOUNDED} for {@code max}, {@code unlimited} and what is too large for a long. */
    static OptionalLong number(String word) {
        if (word.equals("max") || word.equals("unlimited")) {
            return OptionalLong.of(UNBOUNDED);
        }
        if (!word.matches("\\d{1,30}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(word.length() > 18 ? UNBOUNDED : Long.parseLong(word));
    }
}
