package dev.millipede;

import dev.millipede.api.ApiRoutes;
import dev.millipede.api.ApiVerticle;
import dev.millipede.api.NodeFacts;
import dev.millipede.auth.Authenticator;
import dev.millipede.auth.Permissions;
import dev.millipede.auth.TokenVerifier;
import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.memory.MemoryBackplane;
import dev.millipede.backplane.redis.RedisBackplane;
import dev.millipede.bus.LocalBus;
import dev.millipede.channel.Namespace;
import dev.millipede.metrics.Metrics;
import dev.millipede.os.OpenFiles;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.router.RouterVerticle;
import dev.millipede.websocket.Rules;
import dev.millipede.websocket.Shared;
import dev.millipede.websocket.WebSocketConfig;
import dev.millipede.websocket.WebSocketVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: Vert.x, the backplane, the router, the web socket instances, the internal listener. Started in this
 * order, stopped in the reverse one. Its methods may be called on any thread, one at a time.
 */
public final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    /** Holds each event loop until nothing waits: a test switch that shows what slicing the fan-out is good for. */
    private static final String UNSLICED = "millipede.test.unsliced";

    /** Loops beside those of the instances: the router's and the API's. */
    private static final int OTHER_LOOPS = 2;

    private final NodeConfig config;
    private final InstantSource clock;
    private final int instances;
    private final NodeSlots slots;
    private final Metrics metrics;
    private final Vertx vertx;
    private final LocalBus bus;
    private final Backplane backplane;
    private final List<WebSocketVerticle> webSockets = new ArrayList<>();
    /** What runs, in stages: each is stopped as a whole before the one that was started before it. */
    private final List<List<String>> stages = new ArrayList<>();

    private final AtomicBoolean started = new AtomicBoolean();
    private @Nullable ApiVerticle api;

    private Node(NodeConfig config, InstantSource clock) {
        WebSocketConfig webSocket = config.websocket();
        this.config = config;
        this.clock = clock;
        this.instances = webSocket.instances() > 0
                ? webSocket.instances()
                : Math.min(WebSocketConfig.MAX_INSTANCES, Runtime.getRuntime().availableProcessors());
        this.slots = new NodeSlots(
                webSocket.maxConnections() > 0
                        ? webSocket.maxConnections()
                        : OpenFiles.connections(OpenFiles.limit(), webSocket.descriptorReserve()));
        this.metrics = new Metrics(
                config.namespaces().all().stream().map(Namespace::name).toList(), instances);
        this.vertx = metrics.measured(
                        new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(instances + OTHER_LOOPS))
                .build();
        this.bus = LocalBus.open(vertx);
        this.backplane = switch (config.backplane().type()) {
            case MEMORY -> new MemoryBackplane();
            case REDIS ->
                new RedisBackplane(vertx, config.backplane().redis(), config.namespaces(), PlainMessage::ofText);
        };
    }

    /** Starts a node; fails, with everything stopped again, when a port is taken. */
    public static Future<Node> start(NodeConfig config) {
        Node node = new Node(config, InstantSource.system());
        // A promise without context: after a failure the event loops are gone before it is kept.
        Promise<Node> started = Promise.promise();
        node.deploy()
                .onComplete(
                        done -> started.complete(node),
                        failure -> node.stop().onComplete(stopped -> started.fail(failure)));
        return started.future();
    }

    private Future<Void> deploy() {
        log.info("{} transport", vertx.isNativeTransportEnabled() ? "native epoll" : "NIO");
        metrics.gaugeConnectionLimit(slots::limit);
        NodeHttp http = new NodeHttp(config, apiRoutes(), clock);
        RouterVerticle router = new RouterVerticle(
                backplane.broker(),
                new JsonProtocol(),
                bus,
                metrics,
                instances,
                config.websocket().deliveryBudget());
        metrics.gaugeChannels(router::channels);
        metrics.gaugeBackplaneReady(backplane::isReady);
        Future<Void> deployed = deploy(stage(), router);
        List<String> instanceStage = stage();
        for (int i = 0; i < instances; i++) {
            WebSocketVerticle webSocket = new WebSocketVerticle(i, shared(), http.publicDoor(vertx), bus, metrics);
            metrics.gaugeSubscriptions(i, webSocket::subscriptions);
            webSockets.add(webSocket);
            deployed = deployed.compose(done -> deploy(instanceStage, webSocket));
        }
        if (!config.sharesPublicListener()) {
            ApiVerticle verticle =
                    new ApiVerticle(config.internal().host(), config.internal().port(), http::internal);
            api = verticle;
            deployed = deployed.compose(done -> deploy(stage(), verticle));
        }
        return deployed.onSuccess(done -> started.set(true));
    }

    private List<String> stage() {
        List<String> stage = new ArrayList<>();
        stages.add(stage);
        return stage;
    }

    private Future<Void> deploy(List<String> stage, Deployable verticle) {
        return vertx.deployVerticle(verticle).onSuccess(stage::add).mapEmpty();
    }

    private Shared shared() {
        String secret = config.auth().hmacSecret();
        Rules rules = new Rules(
                config.namespaces(),
                new Authenticator(config.auth(), secret == null ? null : new TokenVerifier(secret, clock)),
                new Permissions(config.auth().insecure()),
                clock,
                Version.name(),
                config.websocket().channelsPerConnection());
        return new Shared(
                config.websocket(),
                rules,
                new JsonProtocol(),
                backplane.broker(),
                slots,
                Boolean.getBoolean(UNSLICED) ? Shared.UNSLICED : Shared.SLICE_NANOS);
    }

    private ApiRoutes apiRoutes() {
        NodeFacts facts = new NodeFacts(
                UUID.randomUUID().toString(),
                config.http().host() + "_" + config.http().port(),
                Version.name(),
                clock.instant());
        return new ApiRoutes(
                config.internal().apiKeys(),
                config.namespaces(),
                backplane.broker(),
                bus,
                instances,
                metrics,
                this::isReady,
                facts,
                clock);
    }

    /** Whether clients can be served now: everything runs and publications can be accepted and received. */
    public boolean isReady() {
        return started.get() && backplane.isReady();
    }

    /** The port of the public listener, once started. */
    public int publicPort() {
        return webSockets.get(0).port();
    }

    /** The port of the internal listener, once started; the public one's where they are the same. */
    public int internalPort() {
        return api == null ? publicPort() : api.port();
    }

    /** Connections this node takes at the most. */
    public int connectionLimit() {
        return slots.limit();
    }

    /** Not ready any more; then the instances close their connections; then the rest. */
    public Future<Void> stop() {
        started.set(false);
        Future<?> stopped = Future.succeededFuture();
        List<List<String>> reversed = new ArrayList<>(stages);
        stages.clear();
        Collections.reverse(reversed);
        for (List<String> stage : reversed) {
            stopped = stopped.transform(
                    done -> Future.join(stage.stream().map(vertx::undeploy).toList()));
        }
        return stopped.transform(done -> backplane.close()).transform(done -> vertx.close());
    }
}
