package dev.millipede.deploy;

import static dev.millipede.deploy.Rules.objects;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.NodeConfig;
import dev.millipede.os.Verdict;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** deploy/kubernetes: what it tells the nodes is valid, and its parts agree with each other. */
final class KubernetesTest {
    private static final Path FOLDER = Path.of("deploy/kubernetes");
    private static final String SECRET = "secret.yaml.example";

    /** 15 s that a node gives itself, and 10 s until its JVM is halted. */
    private static final int STOP_SECONDS = 25;

    private final JsonObject kustomization = Yaml.read(FOLDER.resolve("kustomization.yaml"));
    private final List<JsonObject> manifests = manifests();
    private final JsonObject pod = one("Deployment").getJsonObject("spec").getJsonObject("template");
    private final JsonObject spec = pod.getJsonObject("spec");
    private final JsonObject container = spec.getJsonArray("containers").getJsonObject(0);

    private List<JsonObject> manifests() {
        List<JsonObject> all = new ArrayList<>();
        kustomization
                .getJsonArray("resources")
                .forEach(file -> all.addAll(Yaml.readAll(FOLDER.resolve((String) file))));
        return all;
    }

    private List<JsonObject> every(String kind) {
        return manifests.stream()
                .filter(each -> each.getString("kind").equals(kind))
                .toList();
    }

    private JsonObject one(String kind) {
        List<JsonObject> all = every(kind);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private JsonObject service(String name) {
        return every("Service").stream()
                .filter(each -> each.getJsonObject("metadata").getString("name").equals(name))
                .findFirst()
                .orElseThrow()
                .getJsonObject("spec");
    }

    /** What the pods get, with secrets and addresses such as the cluster would fill in. */
    private NodeConfig config() throws IOException {
        Map<String, String> environment = new HashMap<>();
        for (JsonObject variable : objects(container, "env")) {
            String name = variable.getString("name");
            JsonObject from = variable.getJsonObject("valueFrom", new JsonObject());
            String value = from.containsKey("fieldRef") ? "10.1.2.3" : "s".repeat(32);
            environment.put(name, name.endsWith("_URI") ? "rediss://user:password@redis:6379" : value);
        }
        return NodeConfig.read(new JsonObject(Files.readString(FOLDER.resolve("config.json"))), environment);
    }

    @Test
    void everyManifestIsListed() throws IOException {
        Set<String> listed = kustomization.getJsonArray("resources").stream()
                .map(String.class::cast)
                .collect(Collectors.toCollection(TreeSet::new));
        listed.add("kustomization.yaml");

        try (var files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(listed);
        }
    }

    @Test
    void aPodAcceptsItsConfigurationWithoutAWarning() throws IOException {
        assertThat(config().warnings()).isEmpty();
        assertThat(config().cluster().enabled()).isTrue();
    }

    /** Otherwise the limit is that of open files, and the pod is killed for its memory long before. */
    @Test
    void aNodeIsFullBeforeItsPodIsOutOfMemory(@TempDir Path scratch) throws IOException {
        JsonObject resources = container.getJsonObject("resources");
        String options = objects(container, "env").stream()
                .filter(variable -> variable.getString("name").equals("JAVA_TOOL_OPTIONS"))
                .map(variable -> variable.getString("value"))
                .findFirst()
                .orElseThrow();
        long memory = Container.bytes(resources.getJsonObject("limits").getString("memory"));

        assertThat(new Container(memory, options).verdict(config(), scratch).walls())
                .extracting(Verdict.Wall::name)
                .startsWith("websocket.maxConnections")
                .contains("cgroup.memory");
    }

    @Test
    void everyPortOfANodeIsOneOfThePod() throws IOException {
        NodeConfig config = config();
        Map<String, Integer> ports = objects(container, "ports").stream()
                .collect(Collectors.toMap(port -> port.getString("name"), port -> port.getInteger("containerPort")));

        assertThat(ports)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "clients", config.http().listen().get(0).port(),
                        "internal", config.internal().port(),
                        "members", config.cluster().port(),
                        "bus", config.cluster().effectiveBusPort()));
        for (JsonObject service : every("Service")) {
            for (JsonObject port : objects(service.getJsonObject("spec"), "ports")) {
                assertThat(ports).containsKey(port.getString("targetPort"));
            }
        }
        for (JsonObject rule : objects(one("NetworkPolicy").getJsonObject("spec"), "ingress")) {
            for (JsonObject port : objects(rule, "ports")) {
                assertThat(ports).containsKey(port.getString("port"));
                assertThat(rule.containsKey("from"))
                        .as("who may reach %s", port)
                        .isNotEqualTo(port.getString("port").equals("clients"));
            }
        }
    }

    @Test
    void everySelectorFindsThePods() {
        JsonObject labels = pod.getJsonObject("metadata").getJsonObject("labels");
        List<JsonObject> selectors = new ArrayList<>();
        every("Service")
                .forEach(each -> selectors.add(each.getJsonObject("spec").getJsonObject("selector")));
        for (String kind : List.of("Deployment", "PodDisruptionBudget")) {
            selectors.add(
                    one(kind).getJsonObject("spec").getJsonObject("selector").getJsonObject("matchLabels"));
        }
        selectors.add(one("NetworkPolicy")
                .getJsonObject("spec")
                .getJsonObject("podSelector")
                .getJsonObject("matchLabels"));
        objects(spec, "topologySpreadConstraints")
                .forEach(each ->
                        selectors.add(each.getJsonObject("labelSelector").getJsonObject("matchLabels")));

        assertThat(selectors)
                .hasSize(8)
                .allSatisfy(selector -> assertThat(labels.getMap().entrySet())
                        .containsAll(selector.getMap().entrySet()));
    }

    @Test
    void theNodesFindEachOtherByAHeadlessServiceBeforeTheyAreReady() throws IOException {
        assertThat(config().cluster().members()).singleElement().satisfies(name -> {
            JsonObject service = service(name);
            assertThat(service.getString("clusterIP")).isEqualTo("None");
            assertThat(service.getBoolean("publishNotReadyAddresses")).isTrue();
        });
        assertThat(objects(container, "env"))
                .filteredOn(variable -> variable.getString("name").equals("MILLIPEDE_CLUSTER_HOST"))
                .singleElement()
                .satisfies(variable -> assertThat(variable.encode()).contains("status.podIP"));
    }

    @Test
    void livenessAsksOnlyWhetherItLivesAndReadinessWhetherItIsReady() {
        assertThat(probe("startupProbe")).isEqualTo("/health/live internal");
        assertThat(probe("livenessProbe")).isEqualTo("/health/live internal");
        assertThat(probe("readinessProbe")).isEqualTo("/health/ready internal");
    }

    private String probe(String name) {
        JsonObject request = container.getJsonObject(name).getJsonObject("httpGet");
        return request.getString("path") + ' ' + request.getString("port");
    }

    @Test
    void aPodHasTimeToStop() {
        List<String> command = container
                .getJsonObject("lifecycle")
                .getJsonObject("preStop")
                .getJsonObject("exec")
                .getJsonArray("command")
                .stream()
                .map(String.class::cast)
                .toList();

        assertThat(command).hasSize(2).first().isEqualTo("sleep");
        assertThat(spec.getInteger("terminationGracePeriodSeconds"))
                .isGreaterThan(Integer.parseInt(command.get(1)) + STOP_SECONDS);
    }

    @Test
    void aPodMayDoNoMoreThanItNeeds() {
        JsonObject own = container.getJsonObject("securityContext");

        assertThat(spec.getBoolean("enableServiceLinks")).isFalse();
        assertThat(spec.getBoolean("automountServiceAccountToken")).isFalse();
        assertThat(spec.getJsonObject("securityContext").getBoolean("runAsNonRoot"))
                .isTrue();
        assertThat(own.getBoolean("allowPrivilegeEscalation")).isFalse();
        assertThat(own.getBoolean("readOnlyRootFilesystem")).isTrue();
        assertThat(own.getJsonObject("capabilities").encode()).isEqualTo("{\"drop\":[\"ALL\"]}");
    }

    @Test
    void aNewNodeIsThereBeforeAnOldOneGoes() {
        JsonObject deployment = one("Deployment").getJsonObject("spec");

        assertThat(deployment
                        .getJsonObject("strategy")
                        .getJsonObject("rollingUpdate")
                        .getMap())
                .containsEntry("maxUnavailable", 0)
                .containsEntry("maxSurge", 1);
        assertThat(deployment.getInteger("replicas")).isGreaterThan(1);
        assertThat(one("PodDisruptionBudget").getJsonObject("spec").getInteger("maxUnavailable"))
                .isEqualTo(1);
    }

    /** {@code kubectl apply -f} of a folder takes what ends so: an example among them would empty the Secret. */
    @Test
    void noFileThatKubectlTakesHoldsASecret() throws IOException {
        try (var files = Files.list(FOLDER)) {
            assertThat(files.filter(file -> file.toString().matches(".*\\.(yaml|yml|json)")))
                    .hasSizeGreaterThan(4)
                    .noneMatch(file ->
                            Yaml.readAll(file).stream().anyMatch(each -> "Secret".equals(each.getString("kind"))));
        }
    }

    @Test
    void secretsAreNamedAndNotGiven() {
        Set<String> asked = objects(container, "env").stream()
                .map(variable -> variable.getJsonObject("valueFrom", new JsonObject()))
                .filter(from -> from.containsKey("secretKeyRef"))
                .map(from -> from.getJsonObject("secretKeyRef").getString("key"))
                .collect(Collectors.toSet());
        JsonObject example = Yaml.read(FOLDER.resolve(SECRET)).getJsonObject("stringData");

        assertThat(example.fieldNames()).isEqualTo(asked);
        assertThat(example.stream()).allMatch(each -> each.getValue().equals(""));
        assertThat(objects(container, "env"))
                .filteredOn(variable -> variable.containsKey("value"))
                .extracting(variable -> variable.getString("name"))
                .containsExactly("JAVA_TOOL_OPTIONS");
    }
}
