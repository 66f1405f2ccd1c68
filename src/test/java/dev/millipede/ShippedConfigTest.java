package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millipede.config.ConfigCursor;
import dev.millipede.config.ConfigException;
import dev.millipede.config.ConfigProblem;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ShippedConfigTest {
    private static final Path CONF = Path.of("src/main/resources/conf");
    private static final String SECRET = "s".repeat(32);

    private static JsonObject json(String file) throws IOException {
        return new JsonObject(Files.readString(CONF.resolve(file)));
    }

    /** The dotted paths of all values that are no object. */
    private static Set<String> leaves(JsonObject object, String prefix) {
        Set<String> leaves = new TreeSet<>();
        object.forEach(entry -> {
            String path = prefix + entry.getKey();
            if (entry.getValue() instanceof JsonObject inner) {
                leaves.addAll(leaves(inner, path + "."));
            } else {
                leaves.add(path);
            }
        });
        return leaves;
    }

    @Test
    void theDefaultFileIsTheDefaults() throws IOException {
        assertThat(NodeConfig.read(json("default.json"), Map.of()))
                .isEqualTo(NodeConfig.read(new JsonObject(), Map.of()));
    }

    @Test
    void theDefaultFileHoldsEveryKey() throws IOException {
        ConfigCursor cursor = ConfigCursor.of(new JsonObject());
        assertThat(NodeConfig.read(cursor, false)).isNotNull();
        Set<String> known = cursor.knownPaths().stream()
                .filter(path -> !path.startsWith("namespaces.\"\".")) // by default there is no such namespace
                .collect(Collectors.toSet());

        assertThat(leaves(json("default.json"), "")).isEqualTo(known);
    }

    @Test
    void everyKeyIsInTheDocumentation() throws IOException {
        String docs = Files.readString(Path.of("docs/configuration.md"));

        assertThat(leaves(json("default.json"), ""))
                .map(path -> path.replaceFirst("^namespaces\\.[^.]+\\.", "namespaces.NAME."))
                .allSatisfy(path -> assertThat(docs).contains("| `" + path + "` |"));
    }

    @Test
    void everyDefaultInTheDocumentationIsThatOfTheFile() throws IOException {
        Map<String, String> documented = Files.readAllLines(Path.of("docs/configuration.md")).stream()
                .filter(line -> line.startsWith("| `") && !line.contains("`namespaces."))
                .map(line -> line.split("\\|", -1))
                .filter(cells -> cells.length == 6)
                .collect(Collectors.toMap(
                        cells -> cells[1].strip().replace("`", ""),
                        cells -> cells[3].strip().replace("`", "")));
        JsonObject file = json("default.json");

        for (String path : leaves(file, "")) {
            if (!path.startsWith("namespaces.")) {
                assertThat(documented.get(path)).as(path).isEqualTo(encoded(file, path));
            }
        }
    }

    private static String encoded(JsonObject file, String path) {
        int dot = path.indexOf('.');
        return dot < 0
                ? Json.encode(file.getValue(path))
                : encoded(file.getJsonObject(path.substring(0, dot)), path.substring(dot + 1));
    }

    @Test
    void theProductionFileNeedsItsSecretsFromTheEnvironment() throws IOException {
        JsonObject production = json("production.json");

        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.read(production, Map.of()))
                        .problems())
                .extracting(ConfigProblem::path)
                .containsExactly("http.host", "internal.host");
        assertThat(NodeConfig.read(
                                production,
                                Map.of("MILLIPEDE_AUTH_HMACSECRET", SECRET, "MILLIPEDE_INTERNAL_APIKEYS", SECRET))
                        .warnings())
                .isEmpty();
    }

    @Test
    void theTwoNodesOfOneFileDifferInTheirPortsOnly() throws IOException {
        JsonObject file = json("two-nodes-redis.json");
        NodeConfig a = NodeConfig.read(file, Map.of("MILLIPEDE_AUTH_HMACSECRET", SECRET));
        NodeConfig b = NodeConfig.read(
                file,
                Map.of(
                        "MILLIPEDE_AUTH_HMACSECRET", SECRET,
                        "MILLIPEDE_HTTP_PORT", "8001",
                        "MILLIPEDE_INTERNAL_PORT", "9001",
                        "MILLIPEDE_CLUSTER_PORT", "5702"));

        assertThat(a.warnings()).isEmpty();
        assertThat(b.warnings()).isEmpty();
        assertThat(a.backplane()).isEqualTo(b.backplane());
        assertThat(a.cluster().members())
                .containsExactly(
                        a.cluster().host() + ":" + a.cluster().port(),
                        b.cluster().host() + ":" + b.cluster().port());
        assertThat(Set.of(
                        a.http().listen().get(0).port(),
                                b.http().listen().get(0).port(),
                        a.internal().port(), b.internal().port(),
                        a.cluster().port(), b.cluster().port(),
                        a.cluster().effectiveBusPort(), b.cluster().effectiveBusPort()))
                .hasSize(8);
    }
}
