package dev.millipede.websocket;

import dev.millipede.backplane.Revocation;
import dev.millipede.bus.BusRecord;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskInstance;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.CloseCode;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.ServerSSLOptions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Holds connections: one per core, each with its own event loop, which owns everything in {@link Instance}. Accepts on the
 * public listeners together with its siblings, round robin.
 */
public final class WebSocketVerticle extends VerticleBase {
    /** Milliseconds between two looks at how late the loop runs and which rooms have rested. */
    private static final int BEAT_MILLIS = 20;

    /** How long a stop waits for clients to answer the close before their sockets are closed for them. */
    private static final long STOP_MILLIS = 3_000;

    private static final int OUTBOX_SAMPLE_TICKS = 10;

    private final int number;
    private final Shared shared;
    private final PublicDoor door;
    private final LocalBus bus;
    private final Metrics metrics;
    private final Instance.ConnectionFactory factory;

    @SuppressWarnings("NullAway.Init") // set by init, which Vert.x calls first
    private Instance instance;

    @SuppressWarnings("NullAway.Init") // set by init
    private Gate gate;

    @SuppressWarnings("NullAway.Init") // set by init
    private Arrivals arrivals;

    private final List<HttpServer> servers = new ArrayList<>();
    private long started;
    private long nextProbe;
    private int ticks;

    /**
     * One instance of a node.
     *
     * @param number of this instance, 0 to 63
     */
    public WebSocketVerticle(int number, Shared shared, PublicDoor door, LocalBus bus, Metrics metrics) {
        this(number, shared, door, bus, metrics, Connection::new);
    }

    WebSocketVerticle(
            int number,
            Shared shared,
            PublicDoor door,
            LocalBus bus,
            Metrics metrics,
            Instance.ConnectionFactory factory) {
        this.number = number;
        this.shared = shared;
        this.door = door;
        this.bus = bus;
        this.metrics = metrics;
        this.factory = factory;
    }

    @Override
    public void init(Vertx vertx, Context context) {
        super.init(vertx, context);
        ContextInternal internal = (ContextInternal) context;
        Loop loop = new Loop(
                Turns.of(internal.nettyEventLoop()), System::nanoTime, PooledByteBufAllocator.DEFAULT, metrics);
        RouterLink router =
                new RouterLink(number, shared.config().deliveryBudget(), record -> bus.send(LocalBus.ROUTER, record));
        instance = new Instance(
                number, internal, loop, router, shared, new SplittableRandom(new SecureRandom().nextLong()));
        arrivals =
                new Arrivals(shared.slots(), shared.config().handshakeTimeout().toNanos(), door.servesBackends());
        gate = new Gate(instance, arrivals, factory, door, shared);
    }

    @Override
    public Future<?> start() {
        started = System.nanoTime();
        nextProbe = started + TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);
        vertx.setPeriodic(Heartbeat.TICK_MILLIS, timer -> tick());
        vertx.setPeriodic(BEAT_MILLIS, timer -> beat());
        return bus.<BusRecord>consume(LocalBus.instance(number), this::told)
                .completion()
                .compose(ready -> {
                    instance.subscribers.start();
                    return listen();
                });
    }

    private Future<?> listen() {
        for (HttpServerOptions options : door.options(shared.config().handshakeTimeout())) {
            servers.add(vertx.createHttpServer(options)
                    .connectionHandler(connection -> arrivals.accepted(connection, System.nanoTime()))
                    .invalidRequestHandler(gate::noRequest)
                    .requestHandler(gate));
        }
        return Future.all(servers.stream().map(HttpServer::listen).toList());
    }

    /** The ports listened on, in the order of {@code http.listen}; the same for all instances. Valid once deployed. */
    public List<Integer> ports() {
        return servers.stream().map(HttpServer::actualPort).toList();
    }

    /**
     * Has new handshakes, on all listeners and instances of the node, get another certificate; open connections keep theirs.
     * Safe on any thread, once deployed.
     */
    public Future<?> updateTls(ServerSSLOptions options) {
        return Future.all(servers.stream()
                .map(server -> server.updateSSLOptions(options, true))
                .toList());
    }

    /** Lets another policy hold from now on; safe on any thread. */
    public Future<Void> apply(Policy policy) {
        Promise<Void> applied = Promise.promise();
        context.runOnContext(on -> {
            instance.apply(policy);
            gate.apply(policy);
            applied.complete();
        });
        return applied.future();
    }

    /** Closes connections that came by what is revoked; safe on any thread. */
    public void revoked(Set<Revocation> revocations) {
        context.runOnContext(on -> instance.revoked(revocations));
    }

    /** Subscriptions held here; for metrics, a value a moment old will do. */
    public int subscriptions() {
        return instance.subscribers.subscriptions();
    }

    private void told(Message<BusRecord> message) {
        assert instance.onLoop();
        BusRecord body = message.body();
        if (body instanceof InstanceRecord record) {
            instance.told(record);
        } else if (body instanceof AskInstance) {
            LocalBus.reply(message, instance.status());
        } else {
            throw new IllegalArgumentException("not for an instance: " + body);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        long millis = TimeUnit.NANOSECONDS.toMillis(now - started);
        instance.heartbeat.tick(millis);
        // Behind the heartbeat: who is read again only now has had no chance to answer yet.
        instance.rates.tick(millis);
        instance.subscribers.expire(now);
        instance.resets.tick();
        arrivals.expire(now);
        if (++ticks % OUTBOX_SAMPLE_TICKS == 0) {
            metrics.outboxBytes(number, instance.outbox.unsentBytes());
        }
    }

    private void beat() {
        long now = System.nanoTime();
        metrics.loopLag(number, Math.max(0, now - nextProbe));
        nextProbe = now + TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);
        instance.fanOut.wake();
    }

    /** Closes every connection with 3001 and waits for their sockets. */
    @Override
    public Future<?> stop() {
        gate.close();
        Promise<Void> closed = Promise.promise();
        long timer = vertx.setTimer(STOP_MILLIS, late -> {
            instance.heartbeat.all().forEach(connection -> connection.transport.close());
            closed.tryComplete();
        });
        instance.closeAll(CloseCode.SHUTDOWN, () -> {
            vertx.cancelTimer(timer);
            closed.tryComplete();
        });
        return closed.future();
    }
}
