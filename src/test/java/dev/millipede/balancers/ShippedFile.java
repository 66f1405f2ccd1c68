package dev.millipede.balancers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A file of {@code conf} as shipped, or with what a test had to put in other words. What is not there cannot be replaced. */
record ShippedFile(String text) {
    private static final Path CONF = Path.of("src/main/resources/conf");

    /** As it is shipped. */
    static ShippedFile named(String name) {
        try {
            return new ShippedFile(Files.readString(CONF.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With these words, wherever they stand, replaced. */
    ShippedFile with(String words, String others) {
        if (!text.contains(words)) {
            throw new AssertionError("no \"" + words + "\" in\n" + text);
        }
        return new ShippedFile(text.replace(words, others));
    }

    /** Without the lines that begin with one of these words. */
    ShippedFile without(String... words) {
        ShippedFile rest = this;
        for (String each : words) {
            Pattern line = Pattern.compile("(?m)^ *" + Pattern.quote(each) + ".*\n");
            if (!line.matcher(rest.text).find()) {
                throw new AssertionError("no line \"" + each + "\" in\n" + text);
            }
            rest = new ShippedFile(line.matcher(rest.text).replaceAll(""));
        }
        return rest;
    }

    /** The one duration of a directive, such as {@code timeout tunnel}. */
    Duration duration(String directive) {
        List<String> found = value(directive)
                .matcher(text)
                .results()
                .map(result -> result.group(2) + result.group(3))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(directive + ": " + found + " in\n" + text);
        }
        String value = found.get(0);
        return value.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)))
                : Duration.parse("PT" + value);
    }

    /** With another duration for a directive. */
    ShippedFile with(String directive, Duration duration) {
        MatchResult found = value(directive).matcher(text).results().findFirst().orElseThrow();
        String line = found.group(1) + duration.toMillis() + "ms";
        return new ShippedFile(text.substring(0, found.start()) + line + text.substring(found.end()));
    }

    private static Pattern value(String directive) {
        return Pattern.compile("(?m)(^ *(?:[^#\\n]* )?" + Pattern.quote(directive) + "[ =])(\\d+)(m?s)\\b");
    }

    /** As a file of that name. */
    Path in(Path directory, String name) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
