package dev.millipede.deploy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** YAML read as JSON, no key twice. */
final class Yaml {
    private Yaml() {}

    /** The one document of a file. */
    static JsonObject read(Path file) {
        List<JsonObject> all = readAll(file);
        if (all.size() != 1) {
            throw new AssertionError(file + " has " + all.size() + " documents");
        }
        return all.get(0);
    }

    /** Every document of a file. */
    static List<JsonObject> readAll(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<JsonObject> all = new ArrayList<>();
        try {
            for (Object document :
                    new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(Files.readString(file))) {
                if (json(document) instanceof JsonObject object) {
                    all.add(object);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static @Nullable Object json(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            map.forEach((key, each) -> fields.put(String.valueOf(key), json(each)));
            return new JsonObject(fields);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>();
            list.forEach(each -> items.add(json(each)));
            return new JsonArray(items);
        }
        return value;
    }
}
