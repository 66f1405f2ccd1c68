package dev.millipede.websocket;

import dev.millipede.auth.Authenticators;
import dev.millipede.auth.Permissions;
import dev.millipede.backplane.memory.MemoryBackplane;
import dev.millipede.bus.LocalBus;
import dev.millipede.channel.Namespaces;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.support.FakeBroker;
import dev.millipede.websocket.frame.FrameWriter;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * A connection that sends back every message as it came and speaks no protocol above frames: everything below is what
 * clients get. Confined to the event loop of its WebSocketVerticle.
 */
public final class EchoConnection extends Connection {
    private static final int MIB = 1 << 20;
    private static final Duration LONG = Duration.ofMinutes(10);

    private EchoConnection(Instance instance, long idHigh, long idLow) {
        super(instance, idHigh, idLow);
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
        instance.outbox.send(this, FrameWriter.text(bytes, offset, length));
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
        instance.outbox.send(this, FrameWriter.binary(bytes, offset, length));
    }

    /**
     * One instance whose connections echo messages of up to 16 MiB, at the path {@code /}.
     *
     * @param opened runs with every connection, on the event loop
     */
    public static WebSocketVerticle verticle(Vertx vertx, String host, int port, Runnable opened) {
        WebSocketConfig config = new WebSocketConfig(
                "/",
                1,
                LONG,
                LONG,
                LONG,
                LONG,
                Duration.ofSeconds(5),
                64 * MIB,
                16 * MIB,
                16 * MIB,
                0,
                0,
                0,
                MIB,
                Limits.DEFAULTS);
        Rules rules = new Rules(
                new Namespaces(List.of()),
                Authenticators.none(),
                new Permissions(false),
                InstantSource.system(),
                "echo",
                LONG,
                false,
                false);
        MemoryBackplane backplane = new MemoryBackplane();
        Shared shared = new Shared(
                config,
                RecoveryConfig.DEFAULTS,
                new Policy(rules, Limits.DEFAULTS, List.of()),
                new JsonProtocol(),
                new FakeBroker(),
                backplane.userCounts(),
                backplane.revocations(),
                new CountedSlots(),
                (perSecond, burst) -> true,
                null,
                1,
                Shared.SLICE_NANOS);
        PublicDoor door = new PublicDoor(
                HttpConfig.at(new ListenAddress(host, port)), null, EchoConnection::notFound, false, request -> 0);
        Instance.ConnectionFactory factory = (instance, idHigh, idLow) -> {
            opened.run();
            return new EchoConnection(instance, idHigh, idLow);
        };
        return new WebSocketVerticle(0, shared, door, LocalBus.open(vertx), new Metrics(List.of(), 1), factory);
    }

    private static void notFound(HttpServerRequest request) {
        request.response().setStatusCode(404).end();
    }
}
