package dev.millipede.deploy;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/** The rules that are shipped for Prometheus. */
final class Rules {
    static final Path FOLDER = Path.of("deploy/prometheus");
    static final Path FILE = FOLDER.resolve("alerts.yaml");

    private Rules() {}

    /** Alerts and recorded figures, in their order. */
    static List<JsonObject> all() {
        return objects(Yaml.read(FILE), "groups").stream()
                .flatMap(group -> objects(group, "rules").stream())
                .toList();
    }

    /** Alerts alone. */
    static List<JsonObject> alerts() {
        return all().stream().filter(rule -> rule.containsKey("alert")).toList();
    }

    /** A list of objects. */
    static List<JsonObject> objects(JsonObject parent, String key) {
        return parent.getJsonArray(key).stream().map(JsonObject.class::cast).toList();
    }
}
