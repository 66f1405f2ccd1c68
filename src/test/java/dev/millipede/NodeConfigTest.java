package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millipede.api.InternalConfig;
import dev.millipede.auth.AuthConfig;
import dev.millipede.backplane.BackplaneConfig;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.cluster.ClusterConfig;
import dev.millipede.config.ConfigCursor;
import dev.millipede.config.ConfigException;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.websocket.HttpConfig;
import dev.millipede.websocket.ListenAddress;
import dev.millipede.websocket.WebSocketConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigTest {
    /** 32 bytes, of which no part may ever be printed. */
    private static final String SECRET = "hunter2-hunter2-hunter2-hunter2-";

    private static NodeConfig read(String json) {
        return NodeConfig.read(new JsonObject(json.replace("SECRET", '"' + SECRET + '"')), Map.of());
    }

    private static List<String> problems(ThrowingCallable reading) {
        ConfigException e = catchThrowableOfType(ConfigException.class, reading);
        assertThat(e).isNotNull();
        assertThat(e.getMessage()).doesNotContain("hunter2");
        return e.problems().stream()
                .map(each -> each.path() + ": " + each.message())
                .toList();
    }

    @Test
    void anEmptyConfigurationIsEveryDefault() {
        assertThat(read("{}"))
                .isEqualTo(new NodeConfig(
                        HttpConfig.DEFAULTS,
                        InternalConfig.DEFAULTS,
                        WebSocketConfig.DEFAULTS,
                        AuthConfig.DEFAULTS,
                        Namespaces.DEFAULTS,
                        RecoveryConfig.DEFAULTS,
                        BackplaneConfig.DEFAULTS,
                        ClusterConfig.DEFAULTS,
                        MetricsConfig.DEFAULTS,
                        read("{}").values(),
                        false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"http": {"host": "0.0.0.0"}}                                                         | http.host: beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url, or
            {"http": {"host": "::"}}                                                              | http.host: beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url, or
            {"http": {"host": "0.0.0.0"}, "internal": {"apiKeys": [SECRET]}}                      | http.host: beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url, or
            {"http": {"host": "0.0.0.0"}, "auth": {"insecure": true}}                             | http.host: auth.insecure is for tests
            {"http": {"host": "0.0.0.0"}, "auth": {"insecure": true, "hmacSecret": SECRET}}       | http.host: auth.insecure is for tests
            {"internal": {"host": "10.0.0.1", "apiKeys": [SECRET]}, "auth": {"insecure": true}}   | internal.host: auth.insecure is for tests
            {"http": {"host": "0.0.0.0"}, "auth": {"hmacSecret": "31-bytes-hunter2-hunter2-hunter"}}| auth.hmacSecret: must have at least 32 bytes beyond loopback
            {"http": {"host": "0.0.0.0"}, "auth": {"hmacSecret": SECRET, "previousHmacSecret": "hunter2"}} | auth.previousHmacSecret: must have at least 32 bytes beyond loopback
            {"auth": {"jwks": {"url": "http://id.example.com/jwks"}}}                             | auth.jwks.url: beyond loopback must be https
            {"auth": {"jwks": {"url": "http://127.0.0.1.example.com/jwks"}}}                      | auth.jwks.url: beyond loopback must be https
            {"internal": {"host": "0.0.0.0"}}                                                     | internal.host: beyond loopback needs internal.apiKeys
            {"internal": {"host": "0.0.0.0", "apiKeys": [SECRET, "hunter2"]}}                     | internal.apiKeys: each must have at least 32 bytes beyond loopback
            {"internal": {"port": 8000}}                                                          | internal.port: the public port needs internal.apiKeys
            {"internal": {"host": "localhost", "port": 8000}}                                     | internal.port: the public port needs internal.apiKeys
            {"internal": {"port": 8000, "apiKeys": [SECRET]}, "http": {"host": "0.0.0.0"}, "auth": {"anonymous": true}} | internal.port: taken by http
            {"internal": {"port": 8000, "host": "::", "apiKeys": [SECRET]}}                       | internal.port: taken by http
            {"cluster": {"enabled": true}}                                                        | cluster.enabled: needs a backplane that nodes share
            {"cluster": {"enabled": true, "host": "10.0.0.1"}, "backplane": {"type": "redis"}}    | cluster.host: beyond loopback needs cluster.secret
            {"cluster": {"enabled": true, "host": "0.0.0.0"}, "backplane": {"type": "redis"}}     | cluster.host: must be one address
            {"cluster": {"enabled": true, "host": "10.0.0.1", "secret": "hunter2"}, "backplane": {"type": "redis"}} | cluster.secret: must have at least 32 bytes beyond loopback
            """)
    void sectionsThatContradictEachOtherAreAProblem(String json, String problem) {
        assertThat(problems(() -> read(json))).singleElement().asString().startsWith(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'http': {'host': '0.0.0.0'}, 'auth': {'hmacSecret': SECRET}}",
                "{'http': {'host': '0.0.0.0'}, 'auth': {'anonymous': true}}",
                "{'http': {'host': '127.0.0.2'}}",
                "{'http': {'host': '::1'}}",
                "{'http': {'host': 'localhost'}, 'auth': {'insecure': true}}",
                "{'auth': {'hmacSecret': 'hunter2'}}",
                "{'http': {'host': '0.0.0.0'}, 'auth': {'jwks': {'url': 'https://id.example.com/jwks'}}}",
                "{'http': {'host': '0.0.0.0'}, 'auth': {'jwks': {'url': 'http://[::1]:8080/jwks'}}}",
                "{'auth': {'jwks': {'url': 'http://localhost/jwks'}}}",
                "{'internal': {'host': '0.0.0.0', 'apiKeys': [SECRET]}}",
                "{'internal': {'host': '127.0.0.1', 'apiKeys': ['hunter2']}}",
                "{'internal': {'port': 8000, 'apiKeys': ['hunter2']}}",
                "{'internal': {'port': 8000, 'host': '127.0.0.2'}}",
                "{'internal': {'port': 0}, 'http': {'port': 0}}",
                "{'http': {'host': '0.0.0.0'}, 'internal': {'host': '0.0.0.0', 'port': 8000, 'apiKeys': [SECRET]}, 'auth': {'hmacSecret': SECRET}}",
                "{'cluster': {'enabled': true}, 'backplane': {'type': 'redis'}}",
                "{'cluster': {'enabled': true, 'host': '10.0.0.1', 'secret': SECRET}, 'backplane': {'type': 'redis'}}",
                "{'cluster': {'host': '10.0.0.1', 'secret': 'hunter2'}}"
            })
    void theseAreAllowed(String json) {
        assertThat(read(json.replace('\'', '"')).toString()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'http': {'host': '0.0.0.0'}, 'auth': {'hmacSecret': 5}}",
                "{'internal': {'host': '0.0.0.0', 'apiKeys': 'hunter2'}}",
                "{'cluster': {'enabled': true}, 'backplane': {'type': 'kafka'}}",
                "{'cluster': {'enabled': true, 'host': '10.0.0.1', 'secret': 5}, 'backplane': {'type': 'redis'}}"
            })
    void aProblemBringsNoOtherThatFollowsFromIt(String json) {
        assertThat(problems(() -> read(json.replace('\'', '"')))).hasSize(1);
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        assertThat(problems(() -> NodeConfig.read(new JsonObject("""
                                {"http": {"host": "0.0.0.0", "port": "80"}, "internal": {"host": "0.0.0.0"},
                                 "namespaces": {"room": {"publish": "nobody"}}, "websockets": {}}
                                """), Map.of("MILLIPEDE_METRICS_ENABLED", "yes"))))
                .containsExactly(
                        "http.port: must be a whole number between 0 and 65535",
                        "namespaces.room.publish: must be one of anyone, authenticated, subscriber, server",
                        "MILLIPEDE_METRICS_ENABLED: must be true or false",
                        "http.host: beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url, or auth.anonymous:"
                                + " true to let everybody in",
                        "internal.host: beyond loopback needs internal.apiKeys",
                        "websockets: unknown key, did you mean \"websocket\"?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                                | auth: with neither keys (hmacSecret, publicKey, jwks.url) nor anonymous nobody can connect
            {"auth": {"insecure": true}}                                                      | auth.insecure: whoever reaches the port may do everything
            {"auth": {"hmacSecret": "hunter2"}}                                               | auth.hmacSecret: shorter than 32 bytes, which is refused beyond loopback
            {"auth": {"hmacSecret": SECRET, "previousHmacSecret": "hunter2"}}                 | auth.previousHmacSecret: shorter than 32 bytes, which is refused beyond loopback
            {"auth": {"anonymous": true}, "internal": {"apiKeys": ["hunter2"]}}               | internal.apiKeys: a key is shorter than 32 bytes, which is refused beyond loopback
            {"auth": {"anonymous": true}, "websocket": {"outboxLimit": "32KiB"}}              | websocket.outboxLimit: smaller than maxMessageSize, one long publication closes its readers
            {"auth": {"anonymous": true}, "http": {"trustedProxies": ["10.0.0.7"]}}           | http.trustedProxies: nobody asks them, as http.clientAddress is socket
            {"auth": {"anonymous": true}, "cluster": {"enabled": true, "secret": "hunter2"}, "backplane": {"type": "redis"}} | cluster.secret: shorter than 32 bytes, which is refused beyond loopback
            """)
    void whatIsAllowedAndMayBeAMistakeIsAWarning(String json, String warning) {
        assertThat(read(json).warnings()).containsExactly(warning);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"auth\": {\"anonymous\": true}}",
                "{\"auth\": {\"hmacSecret\": SECRET}, \"internal\": {\"apiKeys\": [SECRET]}}"
            })
    void aSoundConfigurationHasNoWarnings(String json) {
        assertThat(read(json).warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"listen": ["127.0.0.1:9000", "127.0.0.1:8000"]}            | internal.port | taken by http, use another port, the API shares
            {"listen": ["0.0.0.0:9000", "127.0.0.1:8000"]}              | internal.port | taken by http, use another port, the API shares
            {"listen": ["0.0.0.0:8000", "127.0.0.1:8000"]}              | http.listen   | taken by another of the list
            {"listen": ["127.0.0.1:8000", "localhost:8000"]}            | http.listen   | taken by another of the list
            {"listen": ["127.0.0.1:9000"], "whenFull": "wait"}          | http.whenFull | needs an internal listener of its own
            {"listen": ["127.0.0.1:9000"], "clientAddress": "proxy", "trustedProxies": ["10.0.0.1"]} | http.clientAddress | needs an internal listener of its own
            """)
    void listenersThatCannotStandTogetherAreAProblem(String http, String path, String message) {
        JsonObject json = new JsonObject()
                .put("http", new JsonObject(http))
                .put("auth", new JsonObject().put("anonymous", true))
                .put("internal", new JsonObject().put("apiKeys", new JsonArray().add(SECRET)));

        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.read(json, Map.of())))
                .hasMessageContaining("has 1 problem\n")
                .hasMessageContaining(path)
                .hasMessageContaining(message);
    }

    @Test
    void ofSeveralListenersEachNeedsToBeSafe() {
        JsonObject json = new JsonObject("{\"http\": {\"listen\": [\"127.0.0.1:8000\", \"10.0.0.7:8001\"]}}");

        assertThat(problems(() -> NodeConfig.read(json, Map.of())))
                .containsExactly("http.listen: beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url,"
                        + " or auth.anonymous: true to let everybody in");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,8000,127.0.0.1,8000,true",
        "localhost,8000,127.0.0.1,8000,true",
        "127.0.0.1,8000,127.0.0.1,9000,false",
        "127.0.0.1,8000,127.0.0.2,8000,false",
        "127.0.0.1,0,127.0.0.1,0,false"
    })
    void thePublicListenerIsSharedWhenHostAndPortAreTheSame(
            String host, int port, String internalHost, int internalPort, boolean shared) {
        JsonObject json = new JsonObject()
                .put("http", new JsonObject().put("host", host).put("port", port))
                .put("internal", new JsonObject().put("host", internalHost).put("port", internalPort));

        assertThat(NodeConfig.read(json, Map.of("MILLIPEDE_INTERNAL_APIKEYS", SECRET))
                        .sharesPublicListener())
                .isEqualTo(shared);
    }

    @Test
    void aFileIsReadTogetherWithTheEnvironment(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("node.json"), "{\"http\": {\"port\": 8001}}");

        assertThat(NodeConfig.load(file, Map.of("MILLIPEDE_HTTP_HOST", "::1")).http())
                .isEqualTo(HttpConfig.at(new ListenAddress("::1", 8001)));
        assertThat(catchThrowableOfType(
                        ConfigException.class, () -> NodeConfig.load(file, Map.of("MILLIPEDE_HTTP_PORT", "80a"))))
                .hasMessageStartingWith(file + " has 1 problem\n  MILLIPEDE_HTTP_PORT   \"80a\"    must be");
    }

    @Test
    void developmentModeIsOpenOnLoopback() {
        NodeConfig config = NodeConfig.development(SECRET);

        assertThat(config.development()).isTrue();
        assertThat(config.http()).isEqualTo(HttpConfig.DEFAULTS);
        assertThat(config.internal()).isEqualTo(new InternalConfig("127.0.0.1", 9000, List.of("development"), null));
        assertThat(config.auth())
                .isEqualTo(AuthConfig.read(
                        ConfigCursor.of(new JsonObject().put("anonymous", true).put("hmacSecret", SECRET))));
        assertThat(config.backplane()).isEqualTo(BackplaneConfig.DEFAULTS);
        assertThat(config.namespaces().all())
                .containsExactly(
                        new Namespace("user", SubscribeRule.SELF, PublishRule.AUTHENTICATED, true),
                        new Namespace("room", SubscribeRule.ANYONE, PublishRule.SUBSCRIBER, false),
                        new Namespace("broadcast", SubscribeRule.ANYONE, PublishRule.SERVER, true));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void variablesChangeDevelopmentModeButNeverTakeItOffLoopback() {
        assertThat(NodeConfig.development(SECRET, Map.of("MILLIPEDE_HTTP_PORT", "8001"))
                        .http()
                        .listen())
                .containsExactly(new ListenAddress("127.0.0.1", 8001));
        assertThat(problems(() -> NodeConfig.development(
                        SECRET,
                        Map.of(
                                "MILLIPEDE_HTTP_HOST", "0.0.0.0",
                                "MILLIPEDE_INTERNAL_HOST", "0.0.0.0",
                                "MILLIPEDE_BACKPLANE_TYPE", "redis",
                                "MILLIPEDE_BACKPLANE_REDIS_URI", "redis://10.0.0.1:6379",
                                "MILLIPEDE_CLUSTER_ENABLED", "true",
                                "MILLIPEDE_CLUSTER_HOST", "10.0.0.1",
                                "MILLIPEDE_CLUSTER_SECRET", SECRET))))
                .containsExactly(
                        "http.host: development mode stays on loopback, start with --config to leave it",
                        "internal.host: development mode stays on loopback, start with --config to leave it",
                        "backplane.redis.uri: development mode stays on loopback, start with --config to leave it",
                        "cluster.host: development mode stays on loopback, start with --config to leave it");
    }

    @Test
    void developmentModeMayBeAClusterOnLoopback() {
        NodeConfig config = NodeConfig.development(
                SECRET, Map.of("MILLIPEDE_BACKPLANE_TYPE", "redis", "MILLIPEDE_CLUSTER_ENABLED", "true"));

        assertThat(config.cluster().enabled()).isTrue();
        assertThat(config.backplane().type()).isEqualTo(BackplaneConfig.Type.REDIS);
    }

    private static ThrowingCallable developmentWith(String redis) {
        return () -> NodeConfig.development(
                SECRET, Map.of("MILLIPEDE_BACKPLANE_TYPE", "redis", "MILLIPEDE_BACKPLANE_REDIS_URI", redis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://localhost:6380",
                "rediss://127.0.0.2",
                "redis://ann:hunter2@127.0.0.1:6379/3",
                "redis://[::1]:6379",
                "unix:///run/redis.sock"
            })
    void developmentModeMayUseARedisOfThisMachine(String uri) {
        assertThatCode(developmentWith(uri)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://127.0.0.1@example.com:6379",
                "redis://127.0.0.1.example.com",
                "redis://0.0.0.0:6379",
                "redis://[::ffff:10.0.0.1]:6379"
            })
    void developmentModeUsesNoOtherRedis(String uri) {
        assertThat(problems(developmentWith(uri))).singleElement().asString().startsWith("backplane.redis.uri: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://example.com?127.0.0.1", "redis://example.com#@127.0.0.1"})
    void developmentModeIsNotTalkedIntoAnotherRedisByWhatIsNoAddress(String uri) {
        assertThat(problems(developmentWith(uri)))
                .singleElement()
                .asString()
                .startsWith("MILLIPEDE_BACKPLANE_REDIS_URI: is no address");
    }

    @Test
    void developmentModeUsesNoSentinelAsItMayNameAnyMaster() {
        assertThat(problems(() -> NodeConfig.development(
                        SECRET,
                        Map.of(
                                "MILLIPEDE_BACKPLANE_TYPE", "redis",
                                "MILLIPEDE_BACKPLANE_REDIS_SENTINEL_MASTER", "m",
                                "MILLIPEDE_BACKPLANE_REDIS_SENTINEL_NODES", "127.0.0.1:26379"))))
                .containsExactly(
                        "backplane.redis.sentinel: development mode stays on loopback, start with --config to leave it");
    }
}
