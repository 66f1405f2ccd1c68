package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogLines;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RedisRights;
import dev.millipede.support.Relay;
import dev.millipede.support.TestClient;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that does not let everybody in. */
class RedisAccessIT {
    private static final String PASSWORD = "p@ss:w/rd hunter2";
    private static final String ENCODED = "p%40ss%3Aw%2Frd%20hunter2";

    private static final String[] RIGHTS = RedisRights.documented();

    private static final RedisProcess REDIS = RedisProcess.startTcp();

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    private static void allow(String user, String password, String... rights) {
        RedisRights.allow(REDIS, user, password, rights);
    }

    private static JsonObject section(String uri) {
        return new JsonObject().put("uri", uri);
    }

    private static void relays(NodeFixture node, String room) {
        try (TestClient ann = node.ready().member("ann", room)) {
            ann.publish(room, 1);
            assertThat(ann.publication(room).getInteger("data")).isEqualTo(1);
            ann.call("unsubscribe", room);
        }
    }

    @Test
    void aPasswordMayStandInTheUriOrBesideIt() {
        try (RedisProcess redis = RedisProcess.startTcp("requirepass \"" + PASSWORD + '"');
                NodeFixture inUri = NodeFixture.onRedis(redis.uri().replace("://", "://:" + ENCODED + '@'));
                NodeFixture beside = NodeFixture.onRedis(section(redis.uri()).put("password", PASSWORD))) {
            relays(inUri, "room:in-uri");
            relays(beside, "room:beside");
        }
    }

    @Test
    void aUserWithTheRightsOfTheDocumentationIsEnough() {
        allow("gateway", PASSWORD, RIGHTS);
        REDIS.command("ACL", "LOG", "RESET");
        try (NodeFixture inUri = NodeFixture.onRedis(REDIS.uri().replace("://", "://gateway:" + ENCODED + '@'));
                NodeFixture beside = NodeFixture.onRedis(
                        section(REDIS.uri()).put("user", "gateway").put("password", PASSWORD))) {
            relays(inUri, "room:in-uri");
            relays(beside, "room:beside");
            assertThat(REDIS.command("ACL", "LOG")).asString().isEqualTo("[]");
        }
    }

    @Test
    void aWrongPasswordIsSaidWithoutItAndTriedAgainUntilItIsRight() {
        allow("late", "another", RIGHTS);
        try (LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(
                        section(REDIS.uri()).put("user", "late").put("password", PASSWORD));
                NodeFixture inUri =
                        NodeFixture.onRedis(section(REDIS.uri().replace("://", "://late:" + ENCODED + '@')))) {
            assertThat(log.await("WRONGPASS")).startsWith("WARN");
            assertThat(node.isReady()).isFalse();
            assertThat(inUri.isReady()).isFalse();

            allow("late", PASSWORD, RIGHTS);
            relays(node, "room:late");
            relays(inUri, "room:late-too");
            assertThat(log.all()).noneMatch(line -> line.contains(PASSWORD) || line.contains(ENCODED));
        }
    }

    @Test
    void aRedisThatWantsAPasswordIsSaidToWantOne() {
        try (RedisProcess redis = RedisProcess.startTcp("requirepass hunter2");
                LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(section(redis.uri()))) {
            assertThat(log.await("NOAUTH")).contains("refuses");
            assertThat(node.isReady()).isFalse();
        }
    }

    @Test
    void aChannelTheUserMayNotHearIsAnErrorToItsSubscribersOnly() {
        allow("narrow", PASSWORD, RIGHTS);
        REDIS.command(
                "ACL", "SETUSER", "narrow", "resetchannels", "&user:*", "&broadcast", "&millipede:*", "&room:open");
        try (LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(
                                section(REDIS.uri()).put("user", "narrow").put("password", PASSWORD))
                        .ready();
                TestClient ann = node.connect("ann")) {
            JsonObject refused = ann.call("subscribe", "room:closed");

            assertThat(refused.getJsonObject("error").getInteger("code")).isEqualTo(100);
            assertThat(log.await("NOPERM")).contains("refuses");
            relays(node, "room:open");
            assertThat(ann.publish("room:closed", 1).containsKey("error")).isTrue();
        }
    }

    @Test
    void withoutTheRightToItsOwnChannelsANodeIsNotReady() {
        allow("blind", PASSWORD, RIGHTS);
        REDIS.command("ACL", "SETUSER", "blind", "resetchannels", "&user:*", "&broadcast", "&room:*");
        try (LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(
                        section(REDIS.uri()).put("user", "blind").put("password", PASSWORD))) {
            assertThat(log.await("NOPERM")).contains("refuses");
            assertThat(node.isReady()).isFalse();

            allow("blind", PASSWORD, RIGHTS);
            relays(node, "room:seeing");
        }
    }

    @Test
    void tlsIsSpokenWithARedisWhoseAuthorityIsTrusted(@TempDir Path directory) {
        TlsFiles files = TlsFiles.in(directory);
        try (Relay relay = Relay.withTls(REDIS, files);
                NodeFixture node = NodeFixture.onRedis(
                        section(relay.uri()).put("ca", files.certificate().toString()))) {
            relays(node, "room:tls");
            assertThat(relay.connections()).isEqualTo(3);
        }
    }

    @Test
    void anotherAuthorityOrNameIsRefusedAndSaid(@TempDir Path directory) throws IOException {
        TlsFiles files = TlsFiles.in(Files.createDirectory(directory.resolve("its")));
        TlsFiles misnamed = TlsFiles.in(Files.createDirectory(directory.resolve("misnamed")), "dns:elsewhere");
        try (Relay relay = Relay.withTls(REDIS, files);
                Relay elsewhere = Relay.withTls(REDIS, misnamed);
                LogLines log = new LogLines();
                NodeFixture node = NodeFixture.onRedis(section(relay.uri()));
                NodeFixture fooled = NodeFixture.onRedis(section(elsewhere.uri())
                        .put("ca", misnamed.certificate().toString()))) {
            assertThat(log.await("unable to find valid certification path")).startsWith("WARN");
            assertThat(log.await("No subject alternative DNS name matching localhost"))
                    .startsWith("WARN");
            assertThat(node.isReady()).isFalse();
            assertThat(fooled.isReady()).isFalse();
        }
    }
}
