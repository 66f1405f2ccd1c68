package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.AuthConfig;
import dev.millipede.auth.Authenticator;
import dev.millipede.auth.Permissions;
import dev.millipede.channel.Namespaces;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.support.FakeBroker;
import dev.millipede.support.SectionReading;
import dev.millipede.websocket.Connection.State;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a token, in a time of the test's own. */
class ExpiryTest {
    private static final long GRACE_MILLIS = 25_000;

    private final Vertx vertx = Vertx.vertx();
    private final List<byte[]> sent = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Instance instance;

    @SuppressWarnings("NullAway.Init")
    private Connection connection;

    /** Takes everything at once. */
    private final class TakingTransport implements Transport {
        @Override
        public void write(ByteBuf frames) {
            byte[] bytes = new byte[frames.readableBytes()];
            frames.readBytes(bytes).release();
            sent.add(bytes);
        }

        @Override
        public void flush() {}

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public void pauseReading(boolean pause) {}

        @Override
        public void end() {}

        @Override
        public void close() {}
    }

    private static final class NoTurns implements Turns {
        @Override
        public void soon(Runnable task) {}

        @Override
        public void afterIo(Runnable task) {}
    }

    @BeforeEach
    void connect() {
        WebSocketConfig config = SectionReading.of(
                        WebSocketConfig::read,
                        new JsonObject().put("pingInterval", "1h").encode())
                .config();
        Rules rules = new Rules(
                Namespaces.DEFAULTS,
                new Authenticator(AuthConfig.DEFAULTS, null),
                new Permissions(false),
                InstantSource.system(),
                "test",
                128);
        Loop loop = new Loop(new NoTurns(), () -> 0, UnpooledByteBufAllocator.DEFAULT, new Metrics(List.of(), 1));
        instance = new Instance(
                0,
                (ContextInternal) vertx.getOrCreateContext(),
                loop,
                new RouterLink(0, 1 << 20, record -> {}),
                new Shared(config, rules, new JsonProtocol(), new FakeBroker(), Shared.SLICE_NANOS),
                new SplittableRandom(1));
        connection = instance.accept(Connection::new);
        connection.transport = new TakingTransport();
        instance.heartbeat.expiresIn(connection, 10);
        connection.state = State.CONNECTED;
        instance.heartbeat.connected(connection);
    }

    @AfterEach
    void close() {
        vertx.close();
    }

    private static byte[] closeFrame(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[4 + text.length];
        frame[0] = (byte) 0x88;
        frame[1] = (byte) (2 + text.length);
        frame[2] = (byte) (code >>> 8);
        frame[3] = (byte) code;
        System.arraycopy(text, 0, frame, 4, text.length);
        return frame;
    }

    @Test
    void aConnectionIsClosedWhenItsTokenHasBeenExpiredForTheGrace() {
        instance.heartbeat.tick(10_000 + GRACE_MILLIS - 100);
        assertThat(sent).isEmpty();
        instance.heartbeat.tick(10_000 + GRACE_MILLIS);
        assertThat(sent).containsExactly(closeFrame(3005, "connection expired"));
    }

    @Test
    void aRefreshWithinTheGraceKeepsTheConnection() {
        instance.heartbeat.tick(30_000);
        instance.heartbeat.expiresIn(connection, 60);
        instance.heartbeat.tick(90_000 + GRACE_MILLIS - 100);
        assertThat(sent).isEmpty();
        instance.heartbeat.tick(90_000 + GRACE_MILLIS);
        assertThat(sent).containsExactly(closeFrame(3005, "connection expired"));
    }

    @Test
    void aTokenWithoutEndNeverExpires() {
        instance.heartbeat.expiresIn(connection, 0);
        instance.heartbeat.tick(1_000_000);
        assertThat(sent).isEmpty();
    }
}
