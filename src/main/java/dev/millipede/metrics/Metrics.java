package dev.millipede.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.metrics.MetricsOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * The meters of one node. Methods are events; they may be called on any thread, cost an addition and never fail. Labels
 * are closed sets: never a user, a channel, an address. docs/operations.md lists every meter.
 */
public final class Metrics {
    private static final String NAMELESS = "-";
    private static final String OTHER = "other";
    private static final Duration[] LAG_BUCKETS = LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    /** The status codes a handshake is refused with; any other is counted as {@code other}. */
    private static final int[] REFUSALS = {400, 401, 403, 404, 405, 413, 414, 421, 426, 429, 431, 500, 503};

    private static final String[] PROXY_REASONS = {"stranger", "header"};

    /** WebSocket's own codes (RFC 6455 §7.4), then those of client protocol §7. */
    private static final int[] CLOSE_CODES = {
        1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 3001,
        3004, 3005, 3008, 3012, 3013, 3500, 3501, 3502, 3503, 3504, 3505, 3506, 3508
    };

    private static final String JWKS_REFRESHES = "Times the issuer was asked for its keys";

    private static final String[] REVOCATION_KINDS = {"user", "token"};

    private static final String[] SKIP_REASONS = {"version", "malformed", "utf8", "length", OTHER};

    private static final String[] REJECT_REASONS = {
        "foreign", "size", "malformed", "kind", "seal", "clock", "replay", "full", OTHER
    };

    /** What becomes of a token; labels have underscores for the spaces of a reason. */
    private static final String[] TOKEN_RESULTS = {
        "valid",
        "expired",
        "unavailable",
        "missing",
        "no key",
        "too long",
        "malformed",
        "critical",
        "algorithm",
        "key",
        "signature",
        "subscription token",
        "channel",
        "issuer",
        "audience",
        "no expiry",
        "no issue time",
        "lives too long",
        "times",
        "user",
        "client",
        "info",
        "data",
        "channels",
        "token id",
        "revoked",
        OTHER
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final LongAdder connections = new LongAdder();
    private final Counter opened;
    private final CodeCounters closed;
    private final CodeCounters refused;
    private final Counter slowClosed;
    private final Counter acceptPauses;
    private final Map<String, Counter> proxiesRejected = new HashMap<>();
    private final EnumMap<CommandKind, Counter> commands = new EnumMap<>(CommandKind.class);
    private final CodeCounters failed;
    private final EnumMap<LimitKind, Counter> limited = new EnumMap<>(LimitKind.class);
    private final EnumMap<Source, Counter> otherPublications;
    private volatile Map<String, EnumMap<Source, Counter>> publications = Map.of();
    private final Counter encoded;
    private final Counter unrouted;
    private final Map<String, Counter> skipped = new HashMap<>();
    private final Map<String, Counter> rejected = new HashMap<>();
    private final Map<String, Counter> tokens = new HashMap<>();
    private final Counter jwksRefreshed;
    private final Counter jwksFailed;
    private final AtomicReference<LongSupplier> jwksAge = new AtomicReference<>();
    private final Counter backplaneLost;
    private final Counter dropped;
    private final StreamMeters streams;
    private final Counter countedLocally;
    private final Map<String, Counter> revocations = new HashMap<>();
    private final ReloadMeters reloads;
    private final Counter deliveries;
    private final Counter deliveredBytes;
    private final Counter bytesReceived;
    private final Counter bytesSent;
    private final AtomicLongArray outboxes;
    private final Timer[] instanceLag;
    private final Timer routerLag;

    /**
     * @param namespaces the configured names, which become labels; "" is shown as {@code -}
     * @param instances number of web socket instances; they are numbered from 0
     */
    public Metrics(Collection<String> namespaces, int instances) {
        registry.config().meterFilter(VertxMeters.filter());
        new FileDescriptorMetrics().bindTo(registry);

        Gauge.builder("millipede.connections", connections, LongAdder::doubleValue)
                .description("Connections open now")
                .register(registry);
        opened = counter("millipede.connections.opened", "Connections accepted by the web socket handshake");
        closed = new CodeCounters(
                registry,
                "millipede.connections.closed",
                "Connections closed, by the code of the close frame, 3000 where the client left",
                "code",
                CLOSE_CODES);
        refused = new CodeCounters(
                registry,
                "millipede.handshakes.refused",
                "Web socket handshakes refused, by HTTP status",
                "status",
                REFUSALS);
        acceptPauses = counter(
                "millipede.accept.pauses",
                "Times a public listener could not accept and paused, mostly for descriptors");
        for (String reason : PROXY_REASONS) {
            proxiesRejected.put(
                    reason,
                    counter(
                            "millipede.proxy.rejected",
                            "Connections cut where the PROXY protocol of trusted proxies is expected",
                            "reason",
                            reason));
        }
        slowClosed = counter("millipede.slow.closes", "Connections closed because they read too slowly");

        for (CommandKind kind : CommandKind.values()) {
            commands.put(
                    kind,
                    counter("millipede.commands", "Commands of clients, pongs included", "command", kind.label()));
        }
        failed = new CodeCounters(
                registry,
                "millipede.command.errors",
                "Commands answered with an error, by its code",
                "code",
                CodeCounters.range(100, 112));
        for (LimitKind kind : LimitKind.values()) {
            limited.put(kind, counter("millipede.limited", "Times a limit was enforced", "limit", kind.label()));
        }

        otherPublications = publicationCounters(OTHER);
        use(namespaces);
        encoded = counter("millipede.publications.encoded", "Publications encoded for a wire format, once per node");
        unrouted = counter("millipede.publications.unrouted", "Publications nobody on this node listened to");
        for (String reason : SKIP_REASONS) {
            skipped.put(
                    reason,
                    counter(
                            "millipede.publications.skipped",
                            "Messages of the backplane that are no publications",
                            "reason",
                            reason));
        }
        for (String reason : REJECT_REASONS) {
            rejected.put(
                    reason,
                    counter(
                            "millipede.cluster.rejected",
                            "Messages of the cluster's bus that were dropped unheeded",
                            "reason",
                            reason));
        }
        for (String result : TOKEN_RESULTS) {
            tokens.put(
                    result,
                    counter(
                            "millipede.tokens",
                            "Tokens of connections and subscriptions, by what became of them",
                            "result",
                            result.replace(' ', '_')));
        }
        jwksRefreshed = counter("millipede.jwks.refreshes", JWKS_REFRESHES, "outcome", "ok");
        jwksFailed = counter("millipede.jwks.refreshes", JWKS_REFRESHES, "outcome", "failed");
        backplaneLost = counter("millipede.backplane.losses", "Times the backplane's subscriptions were lost");
        dropped = counter(
                "millipede.publications.dropped",
                "Publications kept from an instance that had used up its delivery budget, once for each instance");
        streams = new StreamMeters(registry);
        countedLocally = counter(
                "millipede.user.limit.local",
                "Connections that this node's own count of their user decided on, as Redis could not be asked");
        for (String kind : REVOCATION_KINDS) {
            revocations.put(
                    kind,
                    counter("millipede.revocations", "Revocations this node was asked for and made", "kind", kind));
        }
        reloads = new ReloadMeters(registry);
        deliveries = counter("millipede.deliveries", "Publications handed to connections, once for each connection");
        deliveredBytes = bytes("millipede.delivered", "Bytes of deliveries, frame headers included");
        bytesReceived = bytes("millipede.received", "Bytes read from connections");
        bytesSent = bytes("millipede.sent", "Bytes written to connections");

        outboxes = new AtomicLongArray(instances);
        instanceLag = new Timer[instances];
        for (int i = 0; i < instances; i++) {
            int instance = i;
            Gauge.builder("millipede.outbox", outboxes, all -> all.get(instance))
                    .description("Bytes that wait for sockets to take them")
                    .baseUnit("bytes")
                    .tag("loop", "websocket-" + instance)
                    .register(registry);
            instanceLag[i] = lag("websocket-" + i);
        }
        routerLag = lag("router");
    }

    /** Starts building a Vertx that reports to this node's registry, and sets the metrics part of the options. */
    public VertxBuilder measured(VertxOptions options) {
        options.setMetricsOptions(new MetricsOptions().setEnabled(true));
        return Vertx.builder().with(options).withMetrics(VertxMeters.factory(registry));
    }

    /** These become labels too; those there are stay. */
    public final void use(Collection<String> namespaces) {
        Map<String, EnumMap<Source, Counter>> all = new HashMap<>(publications);
        namespaces.forEach(each -> all.computeIfAbsent(each, this::publicationCounters));
        publications = Map.copyOf(all);
    }

    /** All meters in the Prometheus text format, version 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    public void connectionOpened() {
        connections.increment();
        opened.increment();
    }

    /** Once for each {@link #connectionOpened}. */
    public void connectionClosed(int code) {
        connections.decrement();
        closed.increment(code);
    }

    public void handshakeRefused(int httpStatus) {
        refused.increment(httpStatus);
    }

    /** In addition to {@link #connectionClosed}. */
    public void slowClosed() {
        slowClosed.increment();
    }

    public void command(CommandKind kind) {
        of(commands, kind).increment();
    }

    public void commandFailed(int errorCode) {
        failed.increment(errorCode);
    }

    /** A limit was enforced; in addition to what tells how. */
    public void limited(LimitKind kind) {
        of(limited, kind).increment();
    }

    /** A publication that was accepted, or that the backplane brought. */
    public void publicationIn(String namespace, Source source) {
        of(publications.getOrDefault(namespace, otherPublications), source).increment();
    }

    public void encoded() {
        encoded.increment();
    }

    public void publicationUnrouted() {
        unrouted.increment();
    }

    /** The backplane brought something that is no publication, for one of a few reasons. */
    public void publicationSkipped(String reason) {
        Counter counter = skipped.get(reason);
        Objects.requireNonNullElse(counter, Objects.requireNonNull(skipped.get(OTHER)))
                .increment();
    }

    /** Something came over the cluster's bus that counts for nothing, for one of a few reasons. */
    public void controlRejected(String reason) {
        Counter counter = rejected.get(reason);
        Objects.requireNonNullElse(counter, Objects.requireNonNull(rejected.get(OTHER)))
                .increment();
    }

    /**
     * A token was judged.
     *
     * @param result {@code valid}, {@code expired}, {@code unavailable} or the reason it is invalid for
     */
    public void tokenJudged(String result) {
        Counter counter = tokens.get(result);
        Objects.requireNonNullElse(counter, Objects.requireNonNull(tokens.get(OTHER)))
                .increment();
    }

    /** The issuer was asked for its keys. */
    public void jwksRefreshed(boolean answered) {
        (answered ? jwksRefreshed : jwksFailed).increment();
    }

    /** How many connections a user has elsewhere could not be had. */
    public void countedLocally() {
        countedLocally.increment();
    }

    /**
     * Somebody asked for a revocation, and it was made.
     *
     * @param kind {@code user} or {@code token}
     */
    public void revoked(String kind) {
        Objects.requireNonNull(revocations.get(kind)).increment();
    }

    public void backplaneLost() {
        backplaneLost.increment();
    }

    public void dropped(long publications) {
        dropped.increment((double) publications);
    }

    /** Publications of a channel with history are missing, or may be, and are looked for. */
    public void gapFound() {
        streams.gaps.increment();
    }

    /** Publications that had been missing were read from history and went on. */
    public void repaired(long publications) {
        streams.repaired.increment((double) publications);
    }

    /** A channel went on from its top, as what came before could not be had. */
    public void positionLost(boolean anotherEpoch) {
        (anotherEpoch ? streams.lostByEpoch : streams.lostByHistory).increment();
    }

    /** The backplane gave an offset again; its stream is made to have another epoch. */
    public void rewindFound() {
        streams.rewinds.increment();
    }

    /** History was read for those who came back. */
    public void recoveryRead() {
        streams.recoveryReads.increment();
    }

    /** Somebody who came back was told whether they have missed nothing. */
    public void recovery(boolean recovered) {
        (recovered ? streams.recovered : streams.notRecovered).increment();
    }

    /** Somebody who came back could not be told. */
    public void recoveryRefused() {
        streams.recoveryRefused.increment();
    }

    /** What was held for a channel in doubt became too much, and is read again. */
    public void heldDropped(long bytes) {
        streams.heldDropped.increment((double) bytes);
    }

    /** An instance cannot take all of a channel; once for each {@link #lagEnded}. */
    public void lagBegan() {
        streams.lagging.increment();
        streams.lags.increment();
    }

    public void lagEnded() {
        streams.lagging.decrement();
    }

    public void delivered(long publications, long bytes) {
        deliveries.increment((double) publications);
        deliveredBytes.increment((double) bytes);
    }

    public void bytesReceived(long bytes) {
        bytesReceived.increment((double) bytes);
    }

    public void bytesSent(long bytes) {
        bytesSent.increment((double) bytes);
    }

    /** The unsent bytes of all connections of an instance, as they are now. */
    public void outboxBytes(int instance, long bytes) {
        outboxes.lazySet(instance, bytes);
    }

    /** How much later than asked a timer of that instance's loop ran. */
    public void loopLag(int instance, long nanos) {
        instanceLag[instance].record(nanos, TimeUnit.NANOSECONDS);
    }

    /** How much later than asked a timer of the router's loop ran. */
    public void routerLoopLag(long nanos) {
        routerLag.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A public listener could not take a connection from the kernel, and pauses. */
    public void acceptPaused() {
        acceptPauses.increment();
    }

    /**
     * A connection was cut where the PROXY protocol is expected.
     *
     * @param reason {@code stranger} = not from a trusted proxy, {@code header} = from one, and begins otherwise
     */
    public void proxyRejected(String reason) {
        Objects.requireNonNull(proxiesRejected.get(reason)).increment();
    }

    /** A listener's certificate had changed: it is served now, or cannot be. */
    public void tlsReloaded(boolean served) {
        (served ? reloads.certificatesTaken : reloads.certificatesRefused).increment();
    }

    /** The configuration was read again: it holds now, or the one before goes on. */
    public void reloaded(boolean taken) {
        (taken ? reloads.configurationsTaken : reloads.configurationsRefused).increment();
    }

    /**
     * Once for each listener with TLS.
     *
     * @param listener {@code public} or {@code internal}
     * @param seconds until it ends
     */
    public void gaugeCertificate(String listener, LongSupplier seconds) {
        gauge("millipede.tls.certificate.expires", "Until the certificate that is served ends", seconds)
                .baseUnit("seconds")
                .tag("listener", listener)
                .register(registry);
    }

    public void gaugeDescriptors(LongSupplier free) {
        gauge("millipede.descriptors.free", "Descriptors this process may still open", free)
                .register(registry);
    }

    /** The limit is asked for by each scrape, on its thread, as with the other gauges; a value a moment old will do. */
    public void gaugeConnectionLimit(LongSupplier limit) {
        gauge(
                        "millipede.connections.limit",
                        "Connections this node takes; the surplus gets 503 or waits, as http.whenFull says",
                        limit)
                .register(registry);
    }

    public void gaugeBackplaneReady(BooleanSupplier ready) {
        gauge(
                        "millipede.backplane.ready",
                        "1 while publications are accepted and received",
                        () -> ready.getAsBoolean() ? 1 : 0)
                .register(registry);
    }

    /** Seconds since the issuer last answered; the last supplier given counts. */
    public void gaugeJwksAge(LongSupplier age) {
        if (jwksAge.getAndSet(age) == null) {
            gauge(
                            "millipede.jwks.age",
                            "Since the issuer last answered with its keys",
                            () -> Objects.requireNonNull(jwksAge.get()).getAsLong())
                    .baseUnit("seconds")
                    .register(registry);
        }
    }

    /** Only where nodes have leases. */
    public void gaugeNodeLease(BooleanSupplier held) {
        gauge(
                        "millipede.node.lease.held",
                        "1 while the other nodes count what is counted here",
                        () -> held.getAsBoolean() ? 1 : 0)
                .register(registry);
    }

    /**
     * Only where nodes look for revocations.
     *
     * @param age seconds since it last worked
     */
    public void gaugeRevocationsAge(LongSupplier age) {
        gauge("millipede.revocations.age", "Since this node last read which revocations are new", age)
                .baseUnit("seconds")
                .register(registry);
    }

    public void gaugeNodes(LongSupplier nodes) {
        gauge("millipede.cluster.nodes", "Nodes known to this one, itself included", nodes)
                .register(registry);
    }

    public void gaugeChannels(LongSupplier channels) {
        gauge("millipede.channels", "Channels that somebody on this node listens to", channels)
                .register(registry);
    }

    public void gaugeSubscriptions(int instance, LongSupplier subscriptions) {
        gauge("millipede.subscriptions", "Subscriptions of connections, broadcast not counted", subscriptions)
                .tag("loop", "websocket-" + instance)
                .register(registry);
    }

    private static Gauge.Builder<?> gauge(String name, String help, LongSupplier value) {
        return Gauge.builder(name, value::getAsLong).description(help);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder(name).description(help).tags(labels).register(registry);
    }

    private Counter bytes(String name, String help) {
        return Counter.builder(name).description(help).baseUnit("bytes").register(registry);
    }

    private EnumMap<Source, Counter> publicationCounters(String namespace) {
        EnumMap<Source, Counter> bySource = new EnumMap<>(Source.class);
        String label = namespace.isEmpty() ? NAMELESS : namespace;
        for (Source source : Source.values()) {
            bySource.put(
                    source,
                    counter(
                            "millipede.publications",
                            "Publications that entered this node",
                            "namespace",
                            label,
                            "source",
                            source.label()));
        }
        return bySource;
    }

    /** An EnumMap is an array behind its interface; every constant is there. */
    private static <K extends Enum<K>> Counter of(EnumMap<K, Counter> counters, K key) {
        return Objects.requireNonNull(counters.get(key));
    }

    private Timer lag(String loop) {
        return Timer.builder("millipede.loop.lag")
                .description("How much later than asked a timer of an event loop ran")
                .tag("loop", loop)
                .serviceLevelObjectives(LAG_BUCKETS)
                .register(registry);
    }
}
