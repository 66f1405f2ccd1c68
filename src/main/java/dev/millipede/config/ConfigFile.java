package dev.millipede.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The text of a configuration file: one JSON object in UTF-8, no key twice. */
public final class ConfigFile {
    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

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
        try (JsonParser parser = STRICT.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw unusable(source, place(parser.currentTokenLocation()), "must be one JSON object");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw unusable(source, place(parser.currentTokenLocation()), "nothing may follow the JSON object");
            }
        } catch (JacksonException e) {
            throw unusable(source, place(e.getLocation()), complaint(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to be read", e);
        }
        return new JsonObject(text);
    }

    /** Jackson repeats a word without quotes, which may be a secret; everything else it says is structure. */
    private static String complaint(@Nullable String message) {
        if (message == null || message.startsWith("Unrecognized token")) {
            return "not JSON: a word without quotes";
        }
        return "not JSON: " + message.lines().findFirst().orElse("");
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null ? "file" : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static ConfigException unusable(String source, String place, String message) {
        ConfigProblems problems = new ConfigProblems();
        problems.add(place, "", message);
        return new ConfigException(source, problems);
    }
}
