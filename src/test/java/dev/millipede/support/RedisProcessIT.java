package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.millipede.support.RespClient.RedisError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisProcessIT {
    @Test
    void everyKindOfReplyIsRead() {
        try (RedisProcess redis = RedisProcess.start()) {
            assertThat(redis.command("SET", "a", "é")).isEqualTo("OK");
            assertThat(redis.command("GET", "a")).isEqualTo("é");
            assertThat(redis.command("GET", "b")).isNull();
            assertThat(redis.command("INCR", "n")).isEqualTo(1L);
            assertThat(redis.command("MGET", "a", "b")).asInstanceOf(LIST).containsExactly("é", null);
            assertThatThrownBy(() -> redis.command("INCR", "a")).isInstanceOf(RedisError.class);
        }
    }

    @Test
    void messagesArriveByteForByteOverTcpAndTheSocket() throws IOException {
        byte[] bytes = {(byte) 0xFF, 0, '\r', '\n', 7};
        try (RedisProcess redis = RedisProcess.startTcp();
                RespClient overTcp = new RespClient(redis.tcpAddress()).subscribe("a", "b");
                RespClient overSocket = redis.connect().subscribe("b")) {
            assertThat(redis.numsub("b")).isEqualTo(2);
            assertThat(redis.publish("a", "hi")).isEqualTo(1);
            assertThat(redis.publish("b", bytes)).isEqualTo(2);

            assertThat(overTcp.message()).isEqualTo(new RespClient.Message("a", Buffer.buffer("hi")));
            assertThat(overTcp.message()).isEqualTo(new RespClient.Message("b", Buffer.buffer(bytes)));
            assertThat(overSocket.message().content()).isEqualTo(Buffer.buffer(bytes));
            assertThat(redis.killPubSubConnections()).isEqualTo(2);
            assertThat(redis.numsub("b")).isZero();
        }
    }

    @Test
    void pausedItAcceptsButDoesNotAnswerUntilItIsResumed() {
        try (RedisProcess redis = RedisProcess.start()) {
            redis.pause();
            try (RespClient client = new RespClient(redis.address()).patience(Duration.ofMillis(50))) {
                client.send("PING");
                assertThatThrownBy(client::receive).isInstanceOf(AssertionError.class);
                redis.resume();
                assertThat(client.patience(Duration.ofSeconds(10)).receive()).isEqualTo("PONG");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            redis.pause();
        }
    }

    @Test
    void restartedItIsEmptyAndWhereItWas() {
        try (RedisProcess redis = RedisProcess.startTcp("requirepass hunter2")) {
            long pid = redis.pid();
            String uri = redis.uri();
            redis.command("SET", "a", "1");
            redis.kill();
            assertThat(ProcessHandle.of(pid)).isEmpty();
            assertThatThrownBy(() -> new RespClient(redis.tcpAddress())).isInstanceOf(IOException.class);

            redis.restart();
            assertThat(redis.uri()).isEqualTo(uri);
            assertThat(redis.pid()).isNotEqualTo(pid);
            assertThat(redis.command("DBSIZE")).isEqualTo(0L);
        }
    }

    @Test
    void aSentinelKnowsItsPrimary() {
        try (RedisProcess primary = RedisProcess.startTcp();
                RedisProcess sentinel = RedisProcess.startSentinel("main", primary)) {
            assertThat(sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"))
                    .isEqualTo(List.of("127.0.0.1", Integer.toString(primary.port())));
        }
    }

    @Test
    void badSettingsAreSaid() {
        assertThatThrownBy(() -> RedisProcess.start("nonsense yes"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nonsense");
    }

    /** Runs the shell line of a child JVM that is killed, as nothing of this JVM may end for it. */
    @Test
    void redisGoesWithAKilledJvm(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("pid");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starts.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(jvm.getInputStream().readAllBytes(), UTF_8);
        assertThat(file).as(printed).exists();
        long redis = Long.parseLong(Files.readString(file));

        Eventually.until(() -> ProcessHandle.of(redis).isPresent(), alive -> !alive);
    }

    /** Starts a Redis, writes its pid to a file and is gone without a word. */
    static final class Starts {
        private Starts() {}

        public static void main(String[] arguments) throws IOException {
            RedisProcess redis = RedisProcess.start();
            redis.pause();
            Files.writeString(Path.of(arguments[0]), Long.toString(redis.pid()));
            Runtime.getRuntime().halt(9);
        }
    }
}
