package dev.millipede;

import dev.millipede.api.InternalConfig;
import dev.millipede.auth.AuthConfig;
import dev.millipede.auth.NamespacesConfig;
import dev.millipede.backplane.BackplaneConfig;
import dev.millipede.channel.Namespaces;
import dev.millipede.cluster.ClusterConfig;
import dev.millipede.config.ConfigCursor;
import dev.millipede.config.ConfigException;
import dev.millipede.config.ConfigFile;
import dev.millipede.config.ConfigProblems;
import dev.millipede.config.ConfigValues;
import dev.millipede.os.OpenFiles;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.websocket.HttpConfig;
import dev.millipede.websocket.ListenAddress;
import dev.millipede.websocket.WebSocketConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Everything a node is told: one component for each section, read and checked against each other.
 *
 * @param values the same key by key, to compare with another configuration
 * @param development whether this node runs without a configuration file, on loopback, for whoever reaches the port
 */
public record NodeConfig(
        HttpConfig http,
        InternalConfig internal,
        WebSocketConfig websocket,
        AuthConfig auth,
        Namespaces namespaces,
        RecoveryConfig recovery,
        BackplaneConfig backplane,
        ClusterConfig cluster,
        MetricsConfig metrics,
        ConfigValues values,
        boolean development) {

    /**
     * Reads a file. Blocks.
     *
     * @param environment all variables of the process
     * @throws ConfigException with every problem
     */
    public static NodeConfig load(Path file, Map<String, String> environment) {
        return read(file.toString(), ConfigFile.read(file), environment, false);
    }

    /**
     * Reads a configuration.
     *
     * @param environment all variables of the process
     * @throws ConfigException with every problem
     */
    public static NodeConfig read(JsonObject json, Map<String, String> environment) {
        return read("the configuration", json, environment, false);
    }

    /**
     * Development mode: the defaults on loopback; anonymous connections may join and write in {@code room:}, users may
     * publish to {@code user:}, and the API key is {@code development}.
     *
     * @param secret of connection tokens, made at start
     */
    public static NodeConfig development(String secret) {
        return development(secret, Map.of());
    }

    /**
     * As {@link #development(String)}, with variables laid over it.
     *
     * @param environment all variables of the process
     * @throws ConfigException with every problem; leaving loopback is one, be it with a listener, the cluster or Redis
     */
    public static NodeConfig development(String secret, Map<String, String> environment) {
        JsonObject json = new JsonObject()
                .put("internal", new JsonObject().put("apiKeys", new JsonArray().add("development")))
                .put("auth", new JsonObject().put("anonymous", true).put("hmacSecret", secret))
                .put(
                        "namespaces",
                        new JsonObject()
                                .put("room", new JsonObject().put("subscribe", "anyone"))
                                .put("user", new JsonObject().put("publish", "authenticated")));
        return read("the environment", json, environment, true);
    }

    private static NodeConfig read(
            String source, JsonObject json, Map<String, String> environment, boolean development) {
        ConfigProblems problems = new ConfigProblems();
        ConfigCursor root = ConfigCursor.root(json, environment, problems);
        NodeConfig config = read(root, development);
        NodeConfigChecks.check(config, problems);
        root.rejectUnknown();
        problems.throwIfAny(source);
        return config;
    }

    /** Reads every section and checks none against another. */
    static NodeConfig read(ConfigCursor root, boolean development) {
        return new NodeConfig(
                HttpConfig.read(root.section("http")),
                InternalConfig.read(root.section("internal")),
                WebSocketConfig.read(root.section("websocket")),
                AuthConfig.read(root.section("auth")),
                NamespacesConfig.read(root.section("namespaces")),
                RecoveryConfig.read(root.section("recovery")),
                BackplaneConfig.read(root.section("backplane")),
                ClusterConfig.read(root.section("cluster")),
                MetricsConfig.read(root.section("metrics")),
                root.values(),
                development);
    }

    /** Whether the public listener, of which there is one then, serves the API, metrics and health too. */
    public boolean sharesPublicListener() {
        return http.listen().size() == 1 && isInternal(http.listen().get(0));
    }

    /** Whether a public listener is at the very address of the internal one. */
    boolean isInternal(ListenAddress listener) {
        return listener.port() != 0
                && listener.port() == internal.port()
                && Loopback.canonical(listener.host()).equals(Loopback.canonical(internal.host()));
    }

    /** Connections a node takes with this configuration, in this process. Reads the open file limit. */
    int connectionLimit() {
        return websocket.maxConnections() > 0
                ? websocket.maxConnections()
                : OpenFiles.connections(OpenFiles.limit(), websocket.descriptorReserve());
    }

    /** What is allowed and may still be a mistake, one sentence each. None in development mode. */
    public List<String> warnings() {
        return development ? List.of() : NodeConfigChecks.warnings(this);
    }
}
