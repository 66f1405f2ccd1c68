package dev.millipede.config;

import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of values a configuration has. All ranges include both ends. */
final class Formats {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");
    private static final Pattern DIGITS = Pattern.compile("\\d{1,12}");

    private Formats() {}

    static Format<String> string() {
        return (raw, text) -> {
            if (!(raw instanceof String string)) {
                return Parsed.refused("must be a string");
            }
            return string.isBlank() ? Parsed.refused("must not be empty") : Parsed.of(string);
        };
    }

    static Format<Boolean> bool() {
        return (raw, text) -> {
            if (raw instanceof Boolean bool) {
                return Parsed.of(bool);
            }
            if (text && (raw.equals("true") || raw.equals("false"))) {
                return Parsed.of(raw.equals("true"));
            }
            return Parsed.refused("must be true or false");
        };
    }

    static Format<Long> wholeNumber(long min, long max) {
        return (raw, text) -> {
            Long number = wholeNumber(raw, text);
            if (number == null) {
                return Parsed.refused("must be a whole number between " + min + " and " + max);
            }
            return number < min || number > max
                    ? Parsed.refused("must be between " + min + " and " + max)
                    : Parsed.of(number);
        };
    }

    static Format<Duration> duration(Duration fallback, Duration min, Duration max) {
        return (raw, text) -> {
            Matcher matcher = DURATION.matcher(raw instanceof String string ? string : "");
            if (!matcher.matches()) {
                String example = DIGITS.matcher(raw.toString()).matches() ? raw + "s" : show(fallback);
                return Parsed.refused("not a duration, write for example \"" + example + '"');
            }
            Duration duration = duration(Long.parseLong(matcher.group(1)), matcher.group(2));
            return duration.compareTo(min) < 0 || duration.compareTo(max) > 0
                    ? Parsed.refused("must be between " + show(min) + " and " + show(max))
                    : Parsed.of(duration);
        };
    }

    static Format<Integer> size(int fallback, int min, int max) {
        return (raw, text) -> {
            boolean written = raw instanceof String || raw instanceof Integer || raw instanceof Long;
            Matcher matcher = SIZE.matcher(written ? raw.toString() : "");
            if (!matcher.matches()) {
                return Parsed.refused("not a size, write for example \"" + show(fallback) + '"');
            }
            long size = Long.parseLong(matcher.group(1)) * bytes(matcher.group(2));
            return size < min || size > max
                    ? Parsed.refused("must be between " + show(min) + " and " + show(max))
                    : Parsed.of((int) size);
        };
    }

    static <E extends Enum<E>> Format<E> word(Class<E> type) {
        return (raw, text) -> {
            for (E constant : type.getEnumConstants()) {
                if (word(constant).equals(raw)) {
                    return Parsed.of(constant);
                }
            }
            List<String> words =
                    Arrays.stream(type.getEnumConstants()).map(Formats::word).toList();
            String near = raw instanceof String string ? Spelling.nearest(string, words) : null;
            return Parsed.refused("must be one of " + String.join(", ", words)
                    + (near == null ? "" : ", did you mean \"" + near + "\"?"));
        };
    }

    static Format<List<String>> strings() {
        return (raw, text) -> {
            List<Object> items = new ArrayList<>();
            if (raw instanceof JsonArray array) {
                array.forEach(items::add);
            } else if (text) {
                items.addAll(commaSeparated((String) raw));
            } else {
                return Parsed.refused("must be a list of strings");
            }
            List<String> strings = new ArrayList<>();
            for (Object item : items) {
                if (!(item instanceof String string)) {
                    return Parsed.refused("must be a list of strings");
                }
                if (string.isBlank()) {
                    return Parsed.refused("must not hold an empty string");
                }
                strings.add(string);
            }
            return Parsed.of(List.copyOf(strings));
        };
    }

    /** The largest unit that divides it: {@code 25s}, {@code 1500ms}, {@code 10m}. */
    static String show(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0 || millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    /** The largest unit that divides it: {@code 64KiB}, {@code 1MiB}, {@code 100B}. */
    static String show(int bytes) {
        for (String unit : List.of("GiB", "MiB", "KiB")) {
            if (bytes > 0 && bytes % bytes(unit) == 0) {
                return bytes / bytes(unit) + unit;
            }
        }
        return bytes + "B";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Long wholeNumber(Object raw, boolean text) {
        if (raw instanceof Integer || raw instanceof Long) {
            return ((Number) raw).longValue();
        }
        try {
            return text ? Long.valueOf((String) raw) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static List<String> commaSeparated(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        return Pattern.compile(",").splitAsStream(text).map(String::trim).toList();
    }

    private static Duration duration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static long bytes(@Nullable String unit) {
        if (unit == null) {
            return 1;
        }
        return switch (unit) {
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            default -> 1;
        };
    }
}
