package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.NodeProcess;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RedisRights;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The doctor of the jar, on this host. */
@EnabledOnOs(OS.LINUX)
class DoctorIT {
    private static final String FEW_DESCRIPTORS = "ulimit -n 1024; exec \"$@\"";
    private static final List<String> LAUNCHER = List.of("sh", "-c", FEW_DESCRIPTORS, "sh");
    private static final long SECONDS = 60;

    private static JsonObject doctor(Map<String, String> variables) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        FEW_DESCRIPTORS,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-jar",
                        System.getProperty("millipede.jar", "target/millipede.jar"),
                        "doctor",
                        "--json")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("MILLIPEDE_"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return new JsonObject(printed);
    }

    private static JsonObject redis(String uri) throws IOException, InterruptedException {
        return doctor(Map.of("MILLIPEDE_BACKPLANE_TYPE", "redis", "MILLIPEDE_BACKPLANE_REDIS_URI", uri));
    }

    private static String note(JsonObject verdict, String name) {
        return verdict.getJsonArray("notes").stream()
                .map(JsonObject.class::cast)
                .filter(note -> note.getString("name").equals(name))
                .map(note -> note.getString("note"))
                .findFirst()
                .orElse("");
    }

    @Test
    void withFewDescriptorsTheyAreTheFirstWallAndTheNodeSaysTheSameNumber() throws Exception {
        JsonObject verdict = doctor(Map.of());

        assertThat(verdict.getLong("connections")).isEqualTo(896);
        assertThat(verdict.getJsonArray("walls").getJsonObject(0).getString("name"))
                .isEqualTo("nofile");
        try (NodeProcess node = NodeProcess.start(
                LAUNCHER, Map.of("MILLIPEDE_HTTP_PORT", "0", "MILLIPEDE_INTERNAL_PORT", "0"), "serve")) {
            assertThat(node.awaitLog("takes up to")).endsWith("takes up to 896 connections");
        }
    }

    @Test
    void redisIsAskedForItsLimits() throws Exception {
        try (RedisProcess redis =
                RedisProcess.start("maxclients 5", "client-output-buffer-limit pubsub 1mb 512kb 10")) {
            JsonObject verdict = redis(redis.unixUri());

            JsonObject wall = verdict.getJsonArray("walls").stream()
                    .map(JsonObject.class::cast)
                    .filter(each -> each.getString("name").equals("redis.maxclients"))
                    .findFirst()
                    .orElseThrow();
            assertThat(wall.getLong("limit")).isEqualTo(5);
            // One is the doctor's own: there is room for one node more.
            assertThat(wall.getLong("connections")).isEqualTo(896);
            assertThat(note(verdict, "redis.client-output-buffer-limit")).startsWith("pubsub 1 MiB is less than");
        }
    }

    @Test
    void aRedisThatMayNotBeAskedIsALine() throws Exception {
        try (RedisProcess redis = RedisProcess.startTcp()) {
            RedisRights.allow(redis, "millipede", "secret", RedisRights.documented());

            JsonObject verdict = redis("redis://millipede:secret@127.0.0.1:" + redis.port());

            assertThat(verdict.getLong("connections")).isEqualTo(896);
            assertThat(note(verdict, "redis")).contains("our user may not ask");
        }
    }

    @Test
    void aRedisThatStandsStillIsALineAfterTwoSeconds() throws Exception {
        try (RedisProcess redis = RedisProcess.startTcp()) {
            redis.pause();
            long begun = System.nanoTime();

            JsonObject verdict = redis(redis.uri());

            assertThat(note(verdict, "redis")).contains("does not answer within 2 s");
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(15));
        }
    }
}
