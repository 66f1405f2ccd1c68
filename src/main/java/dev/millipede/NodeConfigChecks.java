package dev.millipede;

import dev.millipede.auth.JwksConfig;
import dev.millipede.backplane.BackplaneConfig;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.config.ConfigProblems;
import dev.millipede.config.Mask;
import dev.millipede.websocket.ClientAddress;
import dev.millipede.websocket.HttpConfig;
import dev.millipede.websocket.ListenAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the sections of a configuration may not say together. */
final class NodeConfigChecks {
    /** The shortest secret that counts beyond loopback, in bytes of UTF-8: the key length of HS256, RFC 7518 §3.2. */
    private static final int SECRET_BYTES = 32;

    private final NodeConfig config;
    private final ConfigProblems problems;

    private NodeConfigChecks(NodeConfig config, ConfigProblems problems) {
        this.config = config;
        this.problems = problems;
    }

    /** Adds every problem between sections; leaves out those that follow from one there is already. */
    static void check(NodeConfig config, ConfigProblems problems) {
        NodeConfigChecks checks = new NodeConfigChecks(config, problems);
        if (config.development()) {
            checks.development();
        }
        checks.publicListener();
        checks.internalListener();
        checks.overlap();
        checks.ownInternalListener();
        checks.secrets();
        checks.issuer();
        checks.cluster();
    }

    static List<String> warnings(NodeConfig config) {
        List<String> warnings = new ArrayList<>();
        if (config.auth().insecure()) {
            warnings.add("auth.insecure: whoever reaches the port may do everything");
        } else if (!config.auth().hasKeys() && !config.auth().anonymous()) {
            warnings.add("auth: with neither keys (hmacSecret, publicKey, jwks.url) nor anonymous nobody can connect");
        }
        if (isShort(config.auth().hmacSecret())) {
            warnings.add("auth.hmacSecret: shorter than 32 bytes, which is refused beyond loopback");
        }
        if (isShort(config.auth().previousHmacSecret())) {
            warnings.add("auth.previousHmacSecret: shorter than 32 bytes, which is refused beyond loopback");
        }
        if (config.internal().apiKeys().stream().anyMatch(NodeConfigChecks::isShort)) {
            warnings.add("internal.apiKeys: a key is shorter than 32 bytes, which is refused beyond loopback");
        }
        if (config.cluster().enabled() && isShort(config.cluster().secret())) {
            warnings.add("cluster.secret: shorter than 32 bytes, which is refused beyond loopback");
        }
        if (config.http().clientAddress() == ClientAddress.Source.SOCKET
                && !config.http().trustedProxies().ranges().isEmpty()) {
            warnings.add("http.trustedProxies: nobody asks them, as http.clientAddress is socket");
        }
        if (config.http().allowsEveryOrigin()) {
            warnings.add("http.allowedOrigins: * lets pages of every site connect as whoever visits them");
        }
        if (config.websocket().outboxLimit() < config.websocket().maxMessageSize()) {
            warnings.add("websocket.outboxLimit: smaller than maxMessageSize, one long publication closes its readers");
        }
        return List.copyOf(warnings);
    }

    private void development() {
        String message = "development mode stays on loopback, start with --config to leave it";
        beyondLoopback().ifPresent(host -> problem(listenKey(), quoted(host), message));
        if (!Loopback.is(config.internal().host())) {
            problem("internal.host", quoted(config.internal().host()), message);
        }
        if (config.backplane().type() == BackplaneConfig.Type.REDIS && !problems.failed("backplane.redis")) {
            redisOfDevelopment(config.backplane().redis(), message);
        }
        if (config.cluster().enabled() && !Loopback.is(config.cluster().host()) && !problems.failed("cluster.host")) {
            problem("cluster.host", quoted(config.cluster().host()), message);
        }
    }

    /** A sentinel may name a master anywhere, so that its own address says nothing. */
    private void redisOfDevelopment(RedisConfig redis, String message) {
        if (redis.sentinel().isUsed()) {
            problem("backplane.redis.sentinel", "", message);
        } else if (!isOnThisMachine(redis.uri())) {
            problem("backplane.redis.uri", Mask.HIDDEN, message);
        }
    }

    private static boolean isOnThisMachine(String uri) {
        try {
            URI parsed = new URI(uri);
            String host = parsed.getHost();
            return "unix".equals(parsed.getScheme())
                    || (host != null && Loopback.is(host.replaceFirst("^\\[(.*)]$", "$1")));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A host of a public listener that others than this machine reach. */
    private Optional<String> beyondLoopback() {
        return config.http().listen().stream()
                .map(ListenAddress::host)
                .filter(host -> !Loopback.is(host))
                .findFirst();
    }

    /** The key that says where public listeners are. */
    private String listenKey() {
        return config.http().shortForm() ? "http.host" : "http.listen";
    }

    private void publicListener() {
        if (beyondLoopback().isEmpty() || config.development() || problems.failed("auth")) {
            return;
        }
        String host = quoted(beyondLoopback().get());
        if (config.auth().insecure()) {
            problem(listenKey(), host, "auth.insecure is for tests and listens on loopback only");
        } else if (!config.auth().hasKeys() && !config.auth().anonymous()) {
            problem(
                    listenKey(),
                    host,
                    "beyond loopback needs auth.hmacSecret, auth.publicKey or auth.jwks.url, or auth.anonymous: true"
                            + " to let everybody in");
        }
    }

    private void internalListener() {
        String host = config.internal().host();
        boolean beyond = !Loopback.is(host) && !config.development();
        if (beyond && config.auth().insecure()) {
            problem("internal.host", quoted(host), "auth.insecure is for tests and listens on loopback only");
        }
        if (!config.internal().apiKeys().isEmpty() || problems.failed("internal.apiKeys")) {
            return;
        }
        if (beyond) {
            problem("internal.host", quoted(host), "beyond loopback needs internal.apiKeys");
        } else if (config.sharesPublicListener() && !problems.failed("http.port")) {
            problem(
                    "internal.port",
                    String.valueOf(config.internal().port()),
                    "the public port needs internal.apiKeys");
        }
    }

    /** The same port on hosts that include each other: the second listener could not be opened. */
    private void overlap() {
        ListenAddress internal =
                new ListenAddress(config.internal().host(), config.internal().port());
        List<ListenAddress> listen = config.http().listen();
        for (int i = 0; i < listen.size(); i++) {
            ListenAddress listener = listen.get(i);
            if (overlap(listener, internal) && !config.sharesPublicListener()) {
                String shared = listen.size() == 1
                        ? ", or http.host (" + listener.host() + ") to share its listener"
                        : ", the API shares a public listener only where there is no other";
                problem("internal.port", String.valueOf(internal.port()), "taken by http, use another port" + shared);
                return;
            }
            if (listen.subList(0, i).stream().anyMatch(other -> overlap(listener, other))) {
                problem("http.listen", quoted(listener.toString()), "taken by another of the list");
            }
        }
    }

    /** Health checks come from where they like, and must not wait. */
    private void ownInternalListener() {
        String message = "needs an internal listener of its own, for health checks";
        if (!config.sharesPublicListener()) {
            return;
        }
        if (config.http().whenFull() == HttpConfig.WhenFull.WAIT) {
            problem("http.whenFull", "\"wait\"", message);
        }
        if (config.http().clientAddress() == ClientAddress.Source.PROXY) {
            problem("http.clientAddress", "\"proxy\"", message);
        }
        if (config.internal().tls() != null) {
            problem("internal.tls", "", "the API shares the public listener, whose certificate is http.tls");
        }
    }

    private static boolean overlap(ListenAddress one, ListenAddress other) {
        return one.port() != 0
                && one.port() == other.port()
                && (Loopback.isEveryAddress(one.host())
                        || Loopback.isEveryAddress(other.host())
                        || Loopback.canonical(one.host()).equals(Loopback.canonical(other.host())));
    }

    private void secrets() {
        String message = "must have at least 32 bytes beyond loopback";
        if (beyondLoopback().isPresent() && isShort(config.auth().hmacSecret())) {
            problem("auth.hmacSecret", Mask.HIDDEN, message);
        }
        if (beyondLoopback().isPresent() && isShort(config.auth().previousHmacSecret())) {
            problem("auth.previousHmacSecret", Mask.HIDDEN, message);
        }
        boolean shortKey = config.internal().apiKeys().stream().anyMatch(NodeConfigChecks::isShort);
        if (!Loopback.is(config.internal().host()) && shortKey && !config.development()) {
            problem("internal.apiKeys", Mask.HIDDEN, "each " + message);
        }
    }

    /** Whoever could change an answer on its way could make tokens of anybody. */
    private void issuer() {
        JwksConfig jwks = config.auth().jwks();
        String host = jwks.host();
        if (host != null && !jwks.isEncrypted() && !Loopback.is(host.replaceFirst("^\\[(.*)]$", "$1"))) {
            problem("auth.jwks.url", quoted(Mask.uri(String.valueOf(jwks.url()))), "beyond loopback must be https");
        }
    }

    private void cluster() {
        if (!config.cluster().enabled()) {
            return;
        }
        if (config.backplane().type() == BackplaneConfig.Type.MEMORY && !problems.failed("backplane.type")) {
            problem(
                    "cluster.enabled",
                    "true",
                    "needs a backplane that nodes share, \"backplane\": {\"type\": \"redis\"}");
        }
        if (Loopback.is(config.cluster().host())
                || problems.failed("cluster.host")
                || problems.failed("cluster.secret")) {
            return;
        }
        if (config.cluster().secret() == null) {
            problem("cluster.host", quoted(config.cluster().host()), "beyond loopback needs cluster.secret");
        } else if (isShort(config.cluster().secret())) {
            problem("cluster.secret", Mask.HIDDEN, "must have at least 32 bytes beyond loopback");
        }
    }

    private void problem(String path, String value, String message) {
        problems.add(path, value, message);
    }

    private static String quoted(String host) {
        return '"' + host + '"';
    }

    private static boolean isShort(@Nullable String secret) {
        return secret != null && secret.getBytes(StandardCharsets.UTF_8).length < SECRET_BYTES;
    }
}
