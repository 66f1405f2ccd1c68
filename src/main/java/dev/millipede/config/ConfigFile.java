package dev.millipede.config;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The text of a configuration file: one JSON object in UTF-8, no key twice. */
public final class ConfigFile {
    /** How the decoder's message begins and where it says the place; the cause itself is a type of its own library. */
    private static final Pattern COMPLAINT = Pattern.compile("(?:Failed to decode: ?)?(.*)");

    private static final Pattern PLACE = Pattern.compile("line: (\\d+), column: (\\d+)");

    private ConfigFile() {}

    /**
     * Reads a file. Blocks.
     *
     * @throws ConfigException if it cannot be read or is not one JSON object; says line and column
     */
    public static JsonObject read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw unusable(file.toString(), "file", "does not exist");
        } catch (CharacterCodingException e) {
            throw unusable(file.toString(), "file", "is not text in UTF-8");
        } catch (IOException e) {
            throw unusable(file.toString(), "file", "cannot be read: " + e.getMessage());
        }
    }

    /**
     * Parses the text of a configuration.
     *
     * @param source what was read, for example {@code conf/production.json}
     * @throws ConfigException if it is not one JSON object; says line and column
     */
    public static JsonObject parse(String source, String text) {
        if (text.isBlank()) {
            throw unusable(source, "file", "is empty, must be one JSON object");
        }
        if (!(decode(source, text) instanceof JsonObject object)) {
            throw unusable(source, "file", "must be one JSON object");
        }
        ConfigProblems problems = new ConfigProblems();
        new RepeatedKeys(text).report(problems);
        problems.throwIfAny(source);
        return object;
    }

    private static @Nullable Object decode(String source, String text) {
        try {
            return Json.decodeValue(text);
        } catch (DecodeException e) {
            String message = e.getMessage() == null ? "" : e.getMessage();
            throw unusable(source, place(message), complaint(message));
        }
    }

    /** The decoder repeats a word without quotes, which may be a secret; everything else it says is structure. */
    private static String complaint(String message) {
        Matcher matcher = COMPLAINT.matcher(message);
        String complaint = matcher.lookingAt() ? matcher.group(1) : "";
        return "not JSON: " + (complaint.startsWith("Unrecognized token") ? "a word without quotes" : complaint);
    }

    private static String place(String message) {
        Matcher matcher = PLACE.matcher(message);
        return matcher.find() ? "line " + matcher.group(1) + ", column " + matcher.group(2) : "file";
    }

    private static ConfigException unusable(String source, String place, String message) {
        ConfigProblems problems = new ConfigProblems();
        problems.add(place, "", message);
        return new ConfigException(source, problems);
    }
}
