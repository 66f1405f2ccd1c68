package dev.millipede.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RespClient;
import dev.millipede.support.TestClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands in Redis: names, envelopes, and what others publish there. */
@ExtendWith(LogErrors.class)
class RedisMessagesIT {
    private static final RedisProcess REDIS = RedisProcess.start();
    private static final NodeFixture NODE = NodeFixture.onRedis(REDIS.unixUri());

    @AfterAll
    static void stop() {
        NODE.close();
        REDIS.close();
    }

    @Test
    void aPublicationReachesTheOtherNodeOnceAndSaysWhoPublished() {
        try (NodeFixture other = NodeFixture.onRedis(REDIS.unixUri());
                TestClient ann = NODE.member("ann", "room:two");
                TestClient bob = other.member("bob", "room:two")) {
            ann.publish("room:two", "hi");
            ann.publish("room:two", "bye");

            for (TestClient each : new TestClient[] {ann, bob}) {
                JsonObject first = each.publication("room:two");
                assertThat(first.getString("data")).isEqualTo("hi");
                assertThat(first.getJsonObject("info").getString("user")).isEqualTo("ann");
                assertThat(each.publication("room:two").getString("data")).isEqualTo("bye");
            }
        }
    }

    static Stream<Arguments> plainMessages() {
        return Stream.of(
                Arguments.of("42", "42"),
                Arguments.of("hi", "\"hi\""),
                Arguments.of("\"hi\"", "\"hi\""),
                Arguments.of("{\"a\":1}\n", "{\"a\":1}"),
                Arguments.of("{\"a\":\n1.000}", "{\"a\": 1.000}"),
                Arguments.of("{a:1}", "\"{a:1}\""),
                Arguments.of("", "\"\""),
                Arguments.of("two\n\"lines\" é", "\"two\\n\\\"lines\\\" é\""));
    }

    @ParameterizedTest
    @MethodSource("plainMessages")
    void whatIsPublishedInRedisItselfArrivesAsJson(String message, String data) {
        try (TestClient bob = NODE.connect("bob")) {
            assertThat(REDIS.publish("user:bob", message)).isEqualTo(1);

            assertThat(bob.text()).isEqualTo("{\"push\":{\"channel\":\"user:bob\",\"pub\":{\"data\":" + data + "}}}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "version, '\u00FF\u0002 of a newer node'",
        "malformed, \u00FF\u0001\u0000",
        "malformed, '\u00FF\u0001\u0000\u0000\u0000\u0000[1,\n2]'",
        "utf8, caf\u00E9",
    })
    void whatIsNoPublicationIsCountedAndSkipped(String reason, String message) {
        String metric = "millipede_publications_skipped_total{reason=\"" + reason + "\"}";
        double before = NODE.metric(metric);
        try (TestClient bob = NODE.connect("bob")) {
            REDIS.publish("user:bob", message.getBytes(ISO_8859_1));
            REDIS.publish("user:bob", "1");

            assertThat(bob.publication("user:bob").getInteger("data")).isEqualTo(1);
            assertThat(NODE.metric(metric)).isEqualTo(before + 1);
        }
    }

    @Test
    void whatIsLongerThanAnyPublicationIsCountedAndSkipped() {
        String metric = "millipede_publications_skipped_total{reason=\"length\"}";
        try (TestClient bob = NODE.connect("bob")) {
            REDIS.publish("user:bob", new byte[18 << 20]);
            REDIS.publish("user:bob", "1");

            assertThat(bob.publication("user:bob").getInteger("data")).isEqualTo(1);
            assertThat(NODE.metric(metric)).isEqualTo(1);
        }
    }

    @Test
    void namesInRedisAreOursAndMessagesOfNodesAreEnvelopes() {
        try (RespClient ear = REDIS.connect().subscribe("room:raw")) {
            NODE.publish("room:raw", "hi");

            assertThat(ear.message().content())
                    .isEqualTo(Buffer.buffer("\u00FF\u0001\0\0\0\0\"hi\"", ISO_8859_1.name()));
        }
    }

    @Test
    void nodesWithAPrefixKeepToTheirOwn() {
        JsonObject config = new JsonObject().put("uri", REDIS.unixUri()).put("prefix", "blue.");
        try (NodeFixture blue = NodeFixture.onRedis(config).ready();
                TestClient ann = blue.member("ann", "room:x");
                TestClient bob = NODE.member("bob", "room:x")) {
            assertThat(REDIS.numsub("blue.room:x")).isEqualTo(1);
            blue.publish("room:x", "blue");
            NODE.publish("room:x", "plain");
            REDIS.publish("blue.room:x", "blue too");

            assertThat(ann.publication("room:x").getString("data")).isEqualTo("blue");
            assertThat(ann.publication("room:x").getString("data")).isEqualTo("blue too");
            assertThat(bob.publication("room:x").getString("data")).isEqualTo("plain");
        }
    }

    @Test
    void aChannelNobodyListensToAnyMoreIsGivenUpInRedis() {
        try (TestClient ann = NODE.member("ann", "room:left")) {
            assertThat(REDIS.numsub("room:left")).isEqualTo(1);
            ann.call("unsubscribe", "room:left");

            Eventually.until(() -> REDIS.numsub("room:left"), listeners -> listeners == 0);
        }
    }
}
