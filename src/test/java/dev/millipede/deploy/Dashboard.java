package dev.millipede.deploy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The dashboard that is shipped for Grafana. */
final class Dashboard {
    static final Path FILE = Path.of("deploy/grafana/millipede.json");

    private Dashboard() {}

    static JsonObject read() {
        try {
            return new JsonObject(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows and panels, in their order. */
    static List<JsonObject> panels() {
        return Rules.objects(read(), "panels");
    }

    /** Each query of a panel, as it is written. */
    static Stream<String> queries(JsonObject panel) {
        return panel.getJsonArray("targets", new JsonArray()).stream()
                .map(target -> ((JsonObject) target).getString("expr"));
    }
}
