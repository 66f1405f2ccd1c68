package dev.millipede;

import dev.millipede.NodeReload.InForce;
import dev.millipede.api.ApiRoutes;
import dev.millipede.api.ApiVerticle;
import dev.millipede.api.Revocable;
import dev.millipede.auth.Authentication;
import dev.millipede.auth.Permissions;
import dev.millipede.auth.RevocationConfig;
import dev.millipede.backplane.Backplane;
import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.memory.MemoryBackplane;
import dev.millipede.backplane.redis.RedisBackplane;
import dev.millipede.backplane.redis.Registration;
import dev.millipede.bus.LocalBus;
import dev.millipede.channel.Namespace;
import dev.millipede.cluster.Membership;
import dev.millipede.cluster.NodeFacts;
import dev.millipede.cluster.NodesVerticle;
import dev.millipede.metrics.Metrics;
import dev.millipede.os.OpenFiles;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.protocol.json.PlainMessage;
import dev.millipede.router.RouterVerticle;
import dev.millipede.tls.TlsWatch;
import dev.millipede.tls.UnusableTlsException;
import dev.millipede.websocket.HttpConfig;
import dev.millipede.websocket.Policy;
import dev.millipede.websocket.Rules;
import dev.millipede.websocket.Shared;
import dev.millipede.websocket.WebSocketVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: Vert.x, the backplane, the router, the web socket instances, the internal listener, what knows the
 * other nodes. Started in this order, stopped in the reverse one. Its methods may be called on any thread, one at a time.
 */
public final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    /** Holds each event loop until nothing waits: a test switch that shows what slicing the fan-out is good for. */
    private static final String UNSLICED = "millipede.test.unsliced";

    /** For all parts to start, once Vert.x runs. */
    private static final long DEPLOY_SECONDS = 20;

    /** For one step of a stop, instances closing their connections included; then the next one begins. */
    private static final long STEP_SECONDS = 5;

    private static final long LEAVE_SECONDS = 4;

    /** For what blocks. */
    private static final DeploymentOptions WORKER = new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER);

    private volatile NodeConfig config;
    private final InstantSource clock;
    private final Instant startedAt;
    private final Foundation foundation;
    private final NodeSlots slots;
    private final NodeArrivalRate arrivalRate = new NodeArrivalRate(System::nanoTime);
    private final NodeAddresses addresses;
    private final Metrics metrics;
    private final Vertx vertx;
    private final LocalBus bus;
    private volatile Authentication authentication;
    private final Backplane backplane;
    private final NodeTls tls;
    private final NodeReload reloads;
    private final List<WebSocketVerticle> webSockets = new ArrayList<>();

    /** Those of them that have connections. */
    private final List<WebSocketVerticle> serving = new CopyOnWriteArrayList<>();

    /** What runs, in stages: each is stopped as a whole before the one that was started before it. */
    private final List<Stage> stages = new ArrayList<>();

    /** @param stop undeploys or closes what was started in it */
    private record Stage(String name, Supplier<Future<?>> stop) {}

    private final AtomicBoolean started = new AtomicBoolean();
    private @Nullable ApiVerticle api;
    private @Nullable ApiRoutes routes;

    private Node(NodeConfig config, Foundation foundation, InstantSource clock) throws UnusableTlsException {
        this.tls = NodeTls.load(config, foundation.vertx());
        this.config = config;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.foundation = foundation;
        this.slots = new NodeSlots(config.connectionLimit(), config.http().whenFull() == HttpConfig.WhenFull.REFUSE);
        this.addresses = new NodeAddresses(config.websocket().connectionsPerAddress());
        this.metrics = foundation.metrics();
        this.vertx = foundation.vertx();
        this.bus = LocalBus.open(vertx, () -> metrics.controlRejected("foreign"));
        this.authentication = new Authentication(vertx, config.auth(), clock, metrics);
        this.reloads = new NodeReload(vertx, tls, metrics, () -> new InForce(this.config, authentication), this::hold);
        this.backplane = switch (config.backplane().type()) {
            case MEMORY -> new MemoryBackplane();
            case REDIS -> redisBackplane();
        };
    }

    private RedisBackplane redisBackplane() {
        RevocationConfig revocation = config.auth().revocation();
        Registration registration =
                new Registration(foundation.uid(), revocation.users() || revocation.tokens(), metrics::countedLocally);
        RedisBackplane redis = new RedisBackplane(
                vertx, config.backplane().redis(), config.namespaces(), PlainMessage::ofText, registration);
        metrics.gaugeNodeLease(redis::holdsLease);
        if (registration.revocation()) {
            metrics.gaugeRevocationsAge(redis::revocationsAgeSeconds);
        }
        return redis;
    }

    /**
     * Starts a node; fails, with everything stopped again, when a port is taken, the cluster cannot be joined, or it takes
     * too long: a minute at the most. May block for the lookup of {@code cluster.host}.
     */
    public static Future<Node> start(NodeConfig config) {
        // A promise without context: after a failure the event loops are gone before it is kept.
        Promise<Node> started = Promise.promise();
        Foundation.lay(config)
                .compose(foundation -> on(foundation, config))
                .onComplete(
                        node -> within(
                                        DEPLOY_SECONDS,
                                        "not all parts of the node started",
                                        Future.succeededFuture().compose(go -> node.deploy()))
                                .onComplete(
                                        done -> started.complete(node),
                                        failure -> node.stop().onComplete(stopped -> started.fail(failure))),
                        started::fail);
        return started.future();
    }

    private static Future<Node> on(Foundation foundation, NodeConfig config) {
        try {
            return Future.succeededFuture(new Node(config, foundation, InstantSource.system()));
        } catch (RuntimeException | UnusableTlsException e) {
            return foundation.vertx().close().transform(closed -> Future.failedFuture(e));
        }
    }

    private Future<Void> deploy() {
        log.info("{} transport", vertx.isNativeTransportEnabled() ? "native epoll" : "NIO");
        metrics.gaugeConnectionLimit(slots::limit);
        metrics.gaugeDescriptors(OpenFiles::free);
        ApiRoutes mounted = apiRoutes();
        routes = mounted;
        NodeHttp http = new NodeHttp(config, mounted, clock);
        RouterVerticle router = new RouterVerticle(
                backplane.broker(),
                new JsonProtocol(),
                bus,
                metrics,
                config.recovery(),
                foundation.instances(),
                config.websocket().deliveryBudget());
        metrics.gaugeChannels(router::channels);
        metrics.gaugeBackplaneReady(backplane::isReady);
        stages.add(new Stage("authentication", () -> {
            authentication.close();
            return Future.succeededFuture();
        }));
        List<String> routerStage = stage("router");
        Future<Void> deployed = authentication.start().compose(done -> deploy(routerStage, router));
        // Its connections live on the router's loop: closed before that goes.
        stages.add(new Stage("backplane", backplane::close));
        List<String> instanceStage = stage("web sockets");
        for (int i = 0; i < foundation.instances(); i++) {
            WebSocketVerticle webSocket =
                    new WebSocketVerticle(i, shared(), http.publicDoor(vertx, tls.forClients()), bus, metrics);
            metrics.gaugeSubscriptions(i, webSocket::subscriptions);
            webSockets.add(webSocket);
            deployed = deployed.compose(done -> deploy(instanceStage, webSocket))
                    .onSuccess(done -> serving.add(webSocket));
        }
        if (!config.sharesPublicListener()) {
            ApiVerticle verticle = new ApiVerticle(
                    config.internal().host(), config.internal().port(), tls.forBackends(), http::internal);
            api = verticle;
            deployed = deployed.compose(done -> deploy(stage("API"), verticle));
        }
        backplane.revocations().listen(revoked -> serving.forEach(each -> each.revoked(revoked)));
        List<String> certificates = stage("certificates");
        deployed = deployed.compose(done -> deployNodes());
        // After the others, as a worker too counts when event loops are given out.
        for (TlsWatch watch : tls.watches(webSockets.get(0), api, metrics, clock)) {
            deployed = deployed.compose(done -> deploy(certificates, watch, WORKER));
        }
        return deployed.onSuccess(done -> started.set(true));
    }

    /** Comes last: it says how others name this node, and that it is there. A stop begins with its goodbye. */
    private Future<Void> deployNodes() {
        NodesVerticle nodes =
                new NodesVerticle(facts(), config.cluster().secret(), foundation.instances(), bus, metrics, clock);
        metrics.gaugeNodes(nodes::known);
        Future<Void> deployed = deploy(stage("nodes"), nodes);
        Membership membership = foundation.membership();
        return membership == null ? deployed : deployed.onSuccess(done -> membership.departures(nodes::departed));
    }

    private NodeFacts facts() {
        String host = config.cluster().enabled()
                ? config.cluster().host()
                : config.http().listen().get(0).host();
        return new NodeFacts(foundation.uid(), host + '_' + publicPort(), Version.name(), startedAt);
    }

    /** Opens a stage of verticles; their deployment ids are to be added to what is returned. */
    private List<String> stage(String name) {
        List<String> ids = new ArrayList<>();
        stages.add(new Stage(
                name, () -> Future.join(ids.stream().map(vertx::undeploy).toList())));
        return ids;
    }

    private Future<Void> deploy(List<String> stage, Deployable verticle) {
        return deploy(stage, verticle, new DeploymentOptions());
    }

    private Future<Void> deploy(List<String> stage, Deployable verticle, DeploymentOptions options) {
        return vertx.deployVerticle(verticle, options).onSuccess(stage::add).mapEmpty();
    }

    /** What instances decide by; one for each, as each has an authenticator of its own. */
    private Policy policy() {
        Rules rules = new Rules(
                config.namespaces(),
                authentication.authenticator(),
                new Permissions(config.auth().insecure()),
                clock,
                Version.name(),
                config.auth().expiryGrace(),
                config.auth().revocation().users(),
                config.auth().revocation().tokens());
        return new Policy(rules, config.websocket().limits(), config.http().allowedOrigins());
    }

    private Shared shared() {
        return new Shared(
                config.websocket(),
                config.recovery(),
                policy(),
                new JsonProtocol(),
                backplane.broker(),
                backplane.userCounts(),
                backplane.revocations(),
                slots,
                arrivalRate,
                addresses,
                foundation.instances(),
                Boolean.getBoolean(UNSLICED) ? Shared.UNSLICED : Shared.SLICE_NANOS);
    }

    private ApiRoutes apiRoutes() {
        return new ApiRoutes(
                config.internal().apiKeys(),
                config.namespaces(),
                backplane.broker(),
                backplane.revocations(),
                revocable(),
                bus,
                metrics,
                this::isReady);
    }

    private Revocable revocable() {
        RevocationConfig revocation = config.auth().revocation();
        // A clock that is ahead by the leeway makes tokens that end later by as much.
        return new Revocable(
                revocation.users(), revocation.tokens(), revocation.ttl().plus(Revocation.LEEWAY));
    }

    /**
     * Has another configuration hold from now on; where it cannot be read, takes a restart, or names certificates that cannot
     * be served, this fails and nothing changes. Its certificates are read again even if nothing else is new. One that is
     * under way comes to its end first. Not before the node has started.
     *
     * @param read reads it, on a thread that may block
     * @return the keys that have another value now
     */
    public Future<List<String>> reload(Callable<NodeConfig> read) {
        return reloads.reload(read);
    }

    private Future<Void> hold(InForce next) {
        NodeConfig now = next.config();
        config = now;
        authentication = next.authentication();
        metrics.use(now.namespaces().all().stream().map(Namespace::name).toList());
        slots.limit(now.connectionLimit());
        foundation.listeners().limit(now.connectionLimit());
        addresses.limit(now.websocket().connectionsPerAddress());
        backplane.use(now.namespaces());
        if (routes != null) {
            routes.use(now.internal().apiKeys(), now.namespaces());
        }
        return Future.all(webSockets.stream().map(each -> each.apply(policy())).toList())
                .mapEmpty();
    }

    /** What is allowed in the configuration that holds now and may still be a mistake, one sentence each. */
    List<String> warnings() {
        return config.warnings();
    }

    /** Whether clients can be served now: everything runs and publications can be accepted and received. */
    public boolean isReady() {
        return started.get() && backplane.isReady();
    }

    /** The port of the first public listener, once started. */
    public int publicPort() {
        return publicPorts().get(0);
    }

    /** The ports of the public listeners, in the order of {@code http.listen}, once started. */
    public List<Integer> publicPorts() {
        return webSockets.get(0).ports();
    }

    /** The port of the internal listener, once started; the public one's where they are the same. */
    public int internalPort() {
        return api == null ? publicPort() : api.port();
    }

    /** Connections this node takes at the most. */
    public int connectionLimit() {
        return slots.limit();
    }

    /** Where the other nodes reach this one, for people; null where it is alone. */
    public @Nullable String clusterAddress() {
        Membership membership = foundation.membership();
        return membership == null ? null : membership.describe();
    }

    /**
     * Not ready any more; a goodbye to the other nodes; then the instances close their connections; then the rest. A step
     * that hangs is left behind, so that all get their turn; then this fails.
     */
    public Future<Void> stop() {
        started.set(false);
        Future<Void> stopped = Future.succeededFuture();
        List<Stage> reversed = new ArrayList<>(stages);
        stages.clear();
        Collections.reverse(reversed);
        for (Stage stage : reversed) {
            stopped = then(stopped, stage.name, stage.stop);
        }
        return then(stopped, "Vert.x", this::leave);
    }

    /** By now nothing of ours runs: that Hazelcast cannot leave, as where a member hangs, is its own affair. */
    private Future<Void> leave() {
        return foundation.membership() == null
                ? vertx.close()
                : within(LEAVE_SECONDS, "Hazelcast did not leave", vertx.close())
                        .recover(failure -> {
                            log.warn("{}", failure.getMessage());
                            return Future.succeededFuture();
                        });
    }

    /** Takes the next step whatever came of those before, and fails with the first that did. */
    private static Future<Void> then(Future<Void> before, String what, Supplier<Future<?>> step) {
        return before.transform(was -> {
            Future<Void> is = within(STEP_SECONDS, what + " did not stop", step.get());
            return was.succeeded() ? is : is.transform(ended -> before);
        });
    }

    /** On a timer of its own: the loop of the future may be what hangs. */
    private static Future<Void> within(long seconds, String what, Future<?> step) {
        Promise<Void> promise = Promise.promise();
        step.onComplete(done -> promise.tryComplete(), promise::tryFail);
        return promise.future()
                .timeout(seconds, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? new TimeoutException(what + " within " + seconds + " s")
                                : failure));
    }
}
