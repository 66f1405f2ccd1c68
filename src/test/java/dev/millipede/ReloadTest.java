package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReloadTest {
    private static final String SECRET = "s".repeat(32);

    private static Reload between(String now, String next) {
        return Reload.between(read(now).values(), read(next).values());
    }

    private static NodeConfig read(String json) {
        return NodeConfig.read(new JsonObject(json), Map.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"http": {"allowedOrigins": ["https://a.example"]}}            | http.allowedOrigins
            {"internal": {"apiKeys": ["another"]}}                         | internal.apiKeys
            {"auth": {"hmacSecret": "another"}}                            | auth.hmacSecret
            {"auth": {"previousHmacSecret": "one before"}}                 | auth.previousHmacSecret
            {"auth": {"audience": "us"}}                                   | auth.audience
            {"auth": {"anonymous": true}}                                  | auth.anonymous
            {"websocket": {"channelsPerConnection": 5}}                    | websocket.channelsPerConnection
            {"websocket": {"connectionsPerAddress": 5}}                    | websocket.connectionsPerAddress
            {"websocket": {"connectionsPerUser": 5}}                       | websocket.connectionsPerUser
            {"websocket": {"maxConnections": 5}}                           | websocket.maxConnections
            {"websocket": {"descriptorReserve": 5}}                        | websocket.descriptorReserve
            {"websocket": {"limits": {"commandsPerSecond": 5}}}            | websocket.limits.commandsPerSecond
            {"namespaces": {"room": {"subscribe": "anyone"}}}              | namespaces.room.subscribe
            {"namespaces": {"room": {"history": {"read": "anyone"}}}}      | namespaces.room.history.read
            {"namespaces": {"user": {"publish": "anyone"}}}                | namespaces.user.publish
            """)
    void whatTheNodeOnlyDecidesByMayChange(String next, String key) {
        String now = "{\"auth\": {\"hmacSecret\": \"one\"}}";
        String then = new JsonObject(now).mergeIn(new JsonObject(next), true).encode();
        assertThat(between(now, then)).isEqualTo(new Reload(List.of(key), List.of()));
        assertThat(between(then, now)).isEqualTo(new Reload(List.of(key), List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"http": {"host": "127.0.0.2"}}                                 | http.host
            {"http": {"port": 8001}}                                        | http.port
            {"http": {"backlog": 5}}                                        | http.backlog
            {"http": {"whenFull": "wait"}}                                  | http.whenFull
            {"http": {"trustedProxies": ["10.0.0.1"]}}                      | http.trustedProxies
            {"internal": {"port": 9001}}                                    | internal.port
            {"websocket": {"path": "/ws"}}                                  | websocket.path
            {"websocket": {"instances": 3}}                                 | websocket.instances
            {"websocket": {"pingInterval": "60s"}}                          | websocket.pingInterval
            {"websocket": {"outboxLimit": "2MiB"}}                          | websocket.outboxLimit
            {"recovery": {"maxPublications": 5}}                            | recovery.maxPublications
            {"backplane": {"redis": {"prefix": "p"}}}                       | backplane.redis.prefix
            {"cluster": {"secret": "another"}}                              | cluster.secret
            {"auth": {"revocation": {"users": true}}}                       | auth.revocation.users
            {"http": {"maxHeaderBytes": 2048}}                              | http.maxHeaderBytes
            {"metrics": {"enabled": false}}                                 | metrics.enabled
            {"namespaces": {"user": {"automatic": false}}}                  | namespaces.user.automatic
            {"namespaces": {"room": {"history": {"size": 5}}}}              | namespaces.room.history.size
            {"namespaces": {"room": {"history": {"recovery": "cache"}}}}    | namespaces.room.history.recovery
            """)
    void whatIsBuiltOnTakesARestart(String next, String key) {
        assertThat(between("{}", next)).isEqualTo(new Reload(List.of(key), List.of(key)));
        assertThat(between(next, "{}")).isEqualTo(new Reload(List.of(key), List.of(key)));
    }

    @Test
    void everyKeyThatTakesARestartIsNamedAndNothingElse() {
        assertThat(between(
                        "{}",
                        "{\"http\": {\"port\": 1, \"allowedOrigins\": [\"*\"]}, \"websocket\": {\"path\": \"/\"}}"))
                .isEqualTo(new Reload(
                        List.of("http.allowedOrigins", "http.port", "websocket.path"),
                        List.of("http.port", "websocket.path")));
    }

    @Test
    void namespacesMayComeAndGoUnlessConnectionsAreGivenTheirChannel() {
        String news = "{\"namespaces\": {\"news\": {\"history\": {\"size\": 5, \"recovery\": \"cache\"}}}}";
        assertThat(between("{}", news).needRestart()).isEmpty();
        assertThat(between(news, "{}").needRestart()).isEmpty();
        assertThat(between("{}", news).changed()).contains("namespaces.news.subscribe", "namespaces.news.history.size");

        String own = "{\"namespaces\": {\"own\": {\"subscribe\": \"self\", \"automatic\": true}}}";
        assertThat(between("{}", own).needRestart()).containsExactly("namespaces.own.automatic");
        assertThat(between(own, "{}").needRestart()).containsExactly("namespaces.own.automatic");
    }

    @Test
    void howMuchHistoryMayChangeWhereThereIsSome() {
        assertThat(between(
                        "{\"namespaces\": {\"room\": {\"history\": {\"size\": 5}}}}",
                        "{\"namespaces\": {\"room\": {\"history\": {\"size\": 6, \"ttl\": \"1h\"}}}}"))
                .isEqualTo(
                        new Reload(List.of("namespaces.room.history.size", "namespaces.room.history.ttl"), List.of()));
    }

    @Test
    void certificatesMayChangeTheirFilesAndNotWhetherThereAreAny() {
        String one = "{\"http\": {\"tls\": {\"certificate\": \"a\", \"key\": \"b\"}}}";
        String other = "{\"http\": {\"tls\": {\"certificate\": \"c\", \"key\": \"d\", \"checkEvery\": \"0s\"}}}";
        assertThat(between(one, other))
                .isEqualTo(
                        new Reload(List.of("http.tls.certificate", "http.tls.checkEvery", "http.tls.key"), List.of()));
        assertThat(between("{}", one).needRestart()).containsExactly("http.tls.certificate", "http.tls.key");
        assertThat(between(one, "{}").needRestart()).containsExactly("http.tls.certificate", "http.tls.key");
    }

    @Test
    void whatIsWrittenOtherwiseAndMeansTheSameIsNoChange() {
        assertThat(between(
                        "{}",
                        "{\"websocket\": {\"closeTimeout\": \"5000ms\"}, \"auth\": {}, \"http\": {\"listen\": []}}"))
                .isEqualTo(new Reload(List.of(), List.of()));
    }

    @Test
    void aConfigurationDoesNotPrintItsSecrets() {
        assertThat(read("{\"auth\": {\"hmacSecret\": \"" + SECRET + "\"}}").toString())
                .doesNotContain(SECRET);
    }
}
