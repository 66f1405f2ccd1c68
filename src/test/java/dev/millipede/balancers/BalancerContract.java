package dev.millipede.balancers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.support.Eventually;
import dev.millipede.support.InternalPort;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What both balancers do with the file that is shipped for them, in front of a cluster of two. In the file are replaced: the
 * addresses, by ones of loopback that are this JVM's own; the certificate and what else it finds or leaves in directories of
 * the system; how many clients it is for; and idle timeouts, by the same formula from the ping of these nodes, which is shorter.
 */
@Tag("balancers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class BalancerContract {
    private static final Duration PING = Duration.ofSeconds(6);
    private static final Duration PONG = Duration.ofMillis(5_900);

    /** Before any test that leaves a node half started. */
    private static final int FIRST = 1;

    /** When the idle clients have been so for long. */
    private static final int LATE = Integer.MAX_VALUE - 1;

    /** What cuts those who are connected. */
    private static final int LAST = Integer.MAX_VALUE;

    private static final int CROWD = 500;
    private static final int HANDFUL = 20;

    private final Kind kind;
    private final String clientAddress;
    private final Place place = Place.own(0);

    /** What has been started, the latest first. */
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Door door;

    @SuppressWarnings("NullAway.Init")
    private TwoNodes nodes;

    @SuppressWarnings("NullAway.Init")
    private Balancer balancer;

    @SuppressWarnings("NullAway.Init")
    private Crowd idle;

    private long idleSince;

    /** @param clientAddress how it says where a client comes from */
    BalancerContract(Kind kind, String clientAddress) {
        this.kind = kind;
        this.clientAddress = clientAddress;
    }

    @BeforeAll
    void start(@TempDir Path shared) {
        Installed.require(kind);
        directory = shared;
        TlsFiles tls = TlsFiles.in(
                directory,
                "ip:" + place.front() + ",ip:" + Place.own(1).front() + ",ip:"
                        + Place.own(2).front());
        door = new Door(place.front(), tls);
        nodes = started(new TwoNodes(directory, place, clientAddress, PING, PONG));
        balancer = started(Balancer.start(kind, adapted(place), directory, place));
        idle = started(new Crowd(door, "room:idle"));
        idle.join(4);
        idleSince = System.nanoTime();
    }

    private <T extends AutoCloseable> T started(T what) {
        started.push(what);
        return what;
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable each : started) {
            each.close();
        }
    }

    final Place place() {
        return place;
    }

    final TwoNodes nodes() {
        return nodes;
    }

    final Balancer balancer() {
        return balancer;
    }

    final Path directory() {
        return directory;
    }

    final Door door() {
        return door;
    }

    /** The shipped file for a place. */
    final ShippedFile adapted(Place own) {
        ShippedFile file = kind.files(own.in(kind.shipped()), door.tls(), newDirectory());
        for (String directive : kind.idleTimeouts()) {
            file = file.with(directive, idleTimeout(PING, PONG));
        }
        return kind.listeners(file, own.front());
    }

    final Path newDirectory() {
        try {
            return Files.createTempDirectory(directory, "own");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the shipped files promise to follow. */
    private static Duration idleTimeout(Duration pingInterval, Duration pongTimeout) {
        return pingInterval.multipliedBy(2).plus(pongTimeout);
    }

    /** So many connections, of which each stays. */
    final List<TestClient> connect(int count) {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(door.connect("user" + i));
        }
        return clients;
    }

    final void measured(String what) {
        System.out.println("balancers, " + kind + ": " + what);
    }

    @Test
    @Order(FIRST)
    void overTlsNewConnectionsGoToTheNodeThatHasTheFewest() {
        List<TestClient> onFirst = new ArrayList<>();
        List<TestClient> onSecond = new ArrayList<>();
        for (int i = 0; i < HANDFUL; i++) {
            long before = nodes.opened(0);
            TestClient client = NodeFixture.subscribe(door.connect("user" + i), "room:both");
            (nodes.opened(0) > before ? onFirst : onSecond).add(client);
        }
        measured(HANDFUL + " connections, " + onFirst.size() + " and " + onSecond.size() + " on the two nodes");
        assertThat(onFirst.size()).isBetween(HANDFUL / 2 - 4, HANDFUL / 2 + 4);
        onFirst.get(0).publish("room:both", 42);
        for (TestClient client : onSecond) {
            assertThat(client.publication("room:both").getInteger("data")).isEqualTo(42);
        }

        long all = nodes.connections(0);
        onFirst.forEach(TestClient::close);
        Eventually.until(() -> nodes.connections(0), now -> now <= all - onFirst.size());
        long before = nodes.opened(0);
        List<TestClient> next = connect(onFirst.size());
        assertThat(nodes.opened(0) - before).isGreaterThanOrEqualTo(onFirst.size() - 2L);
        next.forEach(TestClient::close);
        onSecond.forEach(TestClient::close);
    }

    @Test
    void whoDoesNotTrustTheCertificateDoesNotConnect() {
        TlsFiles other = TlsFiles.in(newDirectory(), "ip:" + place.front());
        Door strange = new Door(place.front(), other);
        assertThatThrownBy(() -> strange.connect("ann")).hasCauseInstanceOf(SSLException.class);
    }

    @Test
    void nothingElseOfANodeIsPublic() {
        long before = nodes.unknownPaths();
        for (String path : List.of("/", "/metrics", "/health/ready", "/api/info", "/connection/websocket/more")) {
            assertThat(door.get(path)).as(path).isEqualTo(404);
        }
        assertThat(nodes.unknownPaths()).isEqualTo(before);
        assertThat(door.get("/connection/websocket")).isEqualTo(426);
    }

    @Test
    void aReloadUnderTrafficCutsNobodyAndRefusesNobody() {
        List<TestClient> newcomers = new ArrayList<>();
        try (Crowd crowd = new Crowd(door, "room:reload")) {
            crowd.join(CROWD);
            List<Long> old = balancer.workers();
            long sockets = Balancer.sockets(old);
            int published = 0;
            while (published < 200) {
                nodes.internal(0).publish("room:reload", ++published);
                if (published == 50) {
                    balancer.reload();
                }
                if (published > 50 && published % 3 == 0) {
                    newcomers.add(door.connect("newcomer" + published));
                }
            }
            crowd.awaitHeard(published);
            List<Long> replaced = Eventually.until(
                    () -> balancer.workers().stream()
                            .filter(worker -> !old.contains(worker))
                            .toList(),
                    workers -> !workers.isEmpty());
            while (Balancer.sockets(replaced) < 2 * HANDFUL) {
                newcomers.add(door.connect("late" + newcomers.size()));
            }
            measured(
                    "%d connections held %d sockets; reload with %d publications to each: %d cut, %d lost; of %d newcomers 0 refused"
                            .formatted(CROWD, sockets, published, crowd.ends().size(), crowd.lost(), newcomers.size()));
            measured("the old workers hold %d sockets, the new ones %d"
                    .formatted(Balancer.sockets(old), Balancer.sockets(replaced)));
            assertThat(crowd.ends()).isEmpty();
            assertThat(crowd.lost()).isZero();
            assertThat(sockets).isGreaterThanOrEqualTo(2 * CROWD);
            assertThat(Balancer.sockets(old)).isGreaterThanOrEqualTo(2 * CROWD);
        } finally {
            newcomers.forEach(TestClient::close);
        }
    }

    @Test
    void idleTimeoutsFollowFromThePing() throws IOException {
        JsonObject websocket = new JsonObject(Files.readString(Path.of("src/main/resources/conf/default.json")))
                .getJsonObject("websocket");
        Duration ping = Duration.parse("PT" + websocket.getString("pingInterval"));
        Duration pong = Duration.parse("PT" + websocket.getString("pongTimeout"));
        for (String directive : kind.idleTimeouts()) {
            assertThat(kind.shipped().duration(directive)).as(directive).isEqualTo(idleTimeout(ping, pong));
        }
    }

    @Test
    @Order(LATE)
    void anIdleConnectionLivesOnItsPingsAndDiesWhereTheTimeoutIsShorter() {
        Place other = new Place(Place.own(1).front(), place.sources(), place.nodes());
        ShippedFile hasty = adapted(other);
        for (String directive : kind.idleTimeouts()) {
            hasty = hasty.with(directive, PING.minusSeconds(1));
        }
        try (Balancer second = Balancer.start(kind, hasty, directory, other);
                Crowd cut = new Crowd(new Door(other.front(), door.tls()), "room:cut")) {
            cut.join(1);
            Eventually.until(cut::ends, ends -> !ends.isEmpty());
            assertThat(second.workers()).isNotEmpty();
        }
        long enough = idleTimeout(PING, PONG).plus(PING).toNanos();
        Eventually.within(Duration.ofSeconds(30), () -> System.nanoTime() - idleSince, age -> age > enough);
        assertThat(idle.ends()).isEmpty();
    }

    /** Of this node only the balancer may say where a client comes from; one connection is all that an address gets. */
    @Test
    void theClientsAddressArrivesAndNobodyElsesWordForIt() {
        Place own = Place.own(2);
        JsonObject config = new JsonObject()
                .put(
                        "http",
                        TwoNodes.http(clientAddress, own)
                                .put("listen", TwoNodes.listeners(own.nodes().get(0))))
                .put(
                        "internal",
                        new JsonObject().put("host", own.nodes().get(0)).put("port", Place.INTERNAL))
                .put("websocket", new JsonObject().put("connectionsPerAddress", 1));
        Door narrow = new Door(own.front(), door.tls());
        String here = Place.ownAddress(91);
        String elsewhere = Place.ownAddress(92);
        try (NodeFixture node = NodeFixture.start(config.encode());
                Balancer second = Balancer.start(kind, adapted(own), directory, own);
                TestClient ann = narrow.open(here)) {
            assertThat(narrow.status(here)).isEqualTo(429);
            assertThat(narrow.status(here, "X-Forwarded-For: " + elsewhere)).isEqualTo(429);
            narrow.open(elsewhere, "X-Forwarded-For: " + here).close();
            assertThat(second.workers()).isNotEmpty();
            assertThat(ann.upgrade().status()).isEqualTo(101);
            assertThat(node.port()).isEqualTo(Place.FIRST_LISTENER);
            assertThat(new InternalPort(own.internal(0)).metric("millipede_handshakes_refused_total{status=\"429\"}"))
                    .isEqualTo(2);
        }
    }

    /**
     * Who comes back is not flooded: HAProxy starts it slowly, and nginx lets one connection try each {@code fail_timeout},
     * until one of those has ended. A reload forgets what was and what connections there are.
     */
    @Test
    @Order(LAST)
    void aDeadNodeGetsNoMoreAndNobodyNewNotices() {
        nodes.kill(1);
        List<TestClient> returners = new ArrayList<>();
        try (Crowd crowd = new Crowd(door, "room:dead")) {
            crowd.join(HANDFUL);
            assertThat(crowd.ends()).isEmpty();
            nodes.restart(1);
            double seconds = Eventually.secondsUntil(
                    30,
                    () -> {
                        returners.add(door.connect("returner"));
                        return nodes.opened(1);
                    },
                    opened -> opened > 0);
            long before = nodes.opened(1);
            returners.addAll(connect(HANDFUL));
            long share = nodes.opened(1) - before;
            List<Long> old = balancer.workers();
            balancer.reload();
            balancer.awaitRetired(old, place.front());
            long again = nodes.opened(1);
            returners.addAll(connect(HANDFUL));
            long after = nodes.opened(1) - again;
            measured(
                    "dead node: %d connections, 0 refused; back %.1f s after it was ready, then %d of %d, after a reload %d of %d"
                            .formatted(HANDFUL, seconds, share, HANDFUL, after, HANDFUL));
            assertThat(share).isLessThanOrEqualTo(HANDFUL / 2);
            assertThat(after).isBetween(HANDFUL / 2 - 4L, HANDFUL / 2 + 4L);
            assertThat(crowd.ends()).isEmpty();
        } finally {
            returners.forEach(TestClient::close);
        }
    }
}
