package dev.millipede.support;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayIT {
    private static final Duration BRIEFLY = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final RedisProcess redis = RedisProcess.startTcp();
    private final Relay relay = Relay.to(redis);

    @AfterEach
    void close() {
        relay.close();
        redis.close();
    }

    private RespClient dial() {
        try {
            return new RespClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everythingPassesUntilItIsCut() {
        try (RespClient client = dial()) {
            assertThat(client.call("ECHO", "hi")).isEqualTo("hi");
            assertThat(relay.connections()).isEqualTo(1);
            relay.cut();
            assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
        }
        try (RespClient client = dial()) {
            assertThat(client.call("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void whatWasHeldComesWhenItIsReleased() {
        try (RespClient before = dial()) {
            before.call("PING");
            relay.hold();
            before.patience(BRIEFLY).send("SET", "a", "1");
            assertThatThrownBy(before::receive).isInstanceOf(AssertionError.class);
            assertThat(redis.command("GET", "a")).isNull();
            try (RespClient after = dial()) {
                after.send("GET", "a");
                relay.release();
                assertThat(before.patience(LONG).receive()).isEqualTo("OK");
                after.receive();
            }
        }
    }

    @Test
    void withoutRepliesCommandsAreCarriedOutAllTheSame() {
        try (RespClient client = dial()) {
            relay.holdReplies();
            client.patience(BRIEFLY).send("SET", "a", "1");
            assertThat(Eventually.until(() -> String.valueOf(redis.command("GET", "a")), "1"::equals))
                    .isEqualTo("1");
            assertThatThrownBy(client::receive).isInstanceOf(AssertionError.class);
            relay.release();
            assertThat(client.patience(LONG).receive()).isEqualTo("OK");
        }
    }

    @Test
    void heldSubscribersHearNothingAndOthersDoNotNotice() {
        try (RespClient subscriber = dial().subscribe("a");
                RespClient other = dial()) {
            relay.holdSubscribers();
            assertThat(relay.subscribers()).isEqualTo(1);
            assertThat(other.call("PUBLISH", "a", "1")).isEqualTo(1L);
            subscriber.patience(BRIEFLY);
            assertThatThrownBy(subscriber::message).isInstanceOf(AssertionError.class);
            try (RespClient later = dial().subscribe("a")) {
                other.call("PUBLISH", "a", "2");
                assertThat(later.message().content()).hasToString("2");
            }
        }
    }

    @Test
    void refusingItClosesWhatComesAndKeepsWhatIsThere() {
        try (RespClient there = dial()) {
            there.call("PING");
            relay.refuse();
            try (RespClient late = dial()) {
                assertThatThrownBy(() -> late.call("PING")).isInstanceOf(UncheckedIOException.class);
            }
            assertThat(there.call("PING")).isEqualTo("PONG");
            relay.accept();
            try (RespClient later = dial()) {
                assertThat(later.call("PING")).isEqualTo("PONG");
            }
        }
    }

    @Test
    void whenRedisIsGoneItsClientsAreClosed() {
        try (RespClient client = dial()) {
            client.call("PING");
            redis.kill();
            assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
        }
        try (RespClient client = dial()) {
            assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void towardsClientsItMaySpeakTls(@TempDir Path directory) throws IOException {
        TlsFiles files = TlsFiles.in(directory);
        try (Relay secure = Relay.withTls(redis, files);
                Socket socket = files.trust().getSocketFactory().createSocket("localhost", secure.port())) {
            assertThat(secure.uri()).startsWith("rediss://localhost:");
            socket.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
            assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
        }
    }
}
