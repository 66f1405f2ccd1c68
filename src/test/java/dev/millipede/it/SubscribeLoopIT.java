package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.it.LoopMember.Read;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fifty connections subscribe and unsubscribe in a loop, while the connection to Redis is lost again and again. */
@ExtendWith(LogErrors.class)
class SubscribeLoopIT {
    private static final String CHANNEL = "room:loop";
    private static final String LOST = "millipede_backplane_losses_total";
    private static final int MEMBERS = 50;
    private static final int READERS = 2;
    private static final long PUBLISH_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long KILL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long NO_KILLS = TimeUnit.HOURS.toNanos(1);
    private static final int LOOK_MILLIS = 2;
    private static final int MINUTES = 2;

    private volatile boolean ending;

    private static NodeFixture node(RedisProcess redis) {
        JsonObject config = new JsonObject()
                .put("websocket", new JsonObject().put("instances", 2).put("pingInterval", "1h"))
                .put(
                        "backplane",
                        new JsonObject()
                                .put("type", "redis")
                                .put("redis", new JsonObject().put("uri", redis.unixUri())));
        return NodeFixture.start(config.encode()).ready();
    }

    @Test
    void nobodyMissesWhatIsPublishedAfterTheReplyThoughTheConnectionIsKilledAgainAndAgain() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                NodeFixture node = node(redis)) {
            LoopCounts counts = loop(redis, List.of(node), 20, KILL_NANOS);
            assertThat(counts.errors.keySet()).isSubsetOf(100);
            assertThat(counts.certain).as("replies that count").isGreaterThan(MEMBERS);
        }
    }

    @Test
    void nobodyMissesAnything() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                NodeFixture node = node(redis)) {
            LoopCounts counts = loop(redis, List.of(node), 5, NO_KILLS);
            assertThat(counts.errors).isEmpty();
            assertThat(counts.lost).isZero();
            assertThat(counts.certain).isGreaterThan(counts.joined / 2);
        }
    }

    @Test
    @Tag("chaos")
    void nobodyMissesWhatIsPublishedAfterTheReplyOnTwoNodes() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                NodeFixture one = node(redis);
                NodeFixture other = node(redis)) {
            LoopCounts counts = loop(redis, List.of(one, other), 60, KILL_NANOS);
            assertThat(counts.errors.keySet()).isSubsetOf(100);
            assertThat(counts.certain).as("replies that count").isGreaterThan(MEMBERS);
        }
    }

    private LoopCounts loop(RedisProcess redis, List<NodeFixture> nodes, int seconds, long killNanos)
            throws InterruptedException, ExecutionException, TimeoutException, IOException {
        long seed = new SecureRandom().nextLong();
        System.err.println("seed " + seed + "L");
        SplittableRandom random = new SplittableRandom(seed);
        LoopPublisher publisher = new LoopPublisher(redis, CHANNEL, () -> losses(nodes));
        List<LoopMember> members = new ArrayList<>();
        long meters = poolMeters(nodes);
        try {
            for (int i = 0; i < MEMBERS; i++) {
                LoopSocket socket =
                        LoopSocket.connect(nodes.get(i % nodes.size()).port(), "member" + i);
                members.add(new LoopMember(socket, publisher, CHANNEL, random.split()));
            }
            LoopCounts counts = run(publisher, members, seconds, killNanos);
            long left = System.nanoTime();
            Eventually.until(() -> redis.numsub(CHANNEL), count -> count == 0);
            System.out.printf(
                    "loop of %d on %d node(s), %d s: published %d (%d to nobody), killed %d; %s; NUMSUB 0 after %d ms%n",
                    MEMBERS,
                    nodes.size(),
                    seconds,
                    publisher.issued(),
                    publisher.unheard(),
                    publisher.killed(),
                    counts,
                    (System.nanoTime() - left) / 1_000_000);
            check(counts);
            assertThat(publisher.killed()).as("killed").isGreaterThanOrEqualTo(killNanos == NO_KILLS ? 0 : seconds);
            assertThat(poolMeters(nodes)).as("meters of pools").isEqualTo(meters);
            assertServed(redis, nodes);
            return counts;
        } finally {
            for (LoopMember member : members) {
                member.close();
            }
        }
    }

    private static int losses(List<NodeFixture> nodes) {
        return nodes.stream().mapToInt(node -> (int) node.metric(LOST)).sum();
    }

    /** Of Vert.x' pools; the client has one for each connection. */
    private static long poolMeters(List<NodeFixture> nodes) {
        return nodes.stream()
                .flatMap(node -> node.internal().metrics().lines())
                .filter(line -> line.startsWith("vertx_pool_"))
                .count();
    }

    private LoopCounts run(LoopPublisher publisher, List<LoopMember> members, int seconds, long killNanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        ending = false;
        ExecutorService threads = Executors.newFixedThreadPool(READERS + 2);
        try {
            List<Future<?>> helpers = List.of(
                    threads.submit(() -> publisher.publish(PUBLISH_NANOS, killNanos)),
                    threads.submit(publisher::watch));
            List<Future<Void>> readers = new ArrayList<>();
            int share = members.size() / READERS;
            for (int i = 0; i < READERS; i++) {
                List<LoopMember> own = members.subList(i * share, (i + 1) * share);
                readers.add(threads.submit(() -> read(own, publisher)));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            publisher.endKilling();
            ending = true;
            for (Future<Void> reader : readers) {
                reader.get(TestClient.DEADLINE_SECONDS, TimeUnit.SECONDS);
            }
            publisher.end();
            for (Future<?> helper : helpers) {
                helper.get(MINUTES, TimeUnit.MINUTES);
            }
        } finally {
            publisher.end();
            threads.shutdownNow();
        }
        LoopCounts counts = new LoopCounts();
        members.forEach(member -> counts.add(member.counts));
        return counts;
    }

    private Void read(List<LoopMember> members, LoopPublisher publisher) throws IOException {
        try (Selector selector = Selector.open()) {
            for (LoopMember member : members) {
                member.register(selector);
            }
            while (!members.stream().allMatch(LoopMember::hasEnded)
                    && !Thread.currentThread().isInterrupted()) {
                Read now = new Read(publisher.heard(), System.nanoTime());
                boolean last = ending;
                for (LoopMember member : members) {
                    member.look(now, last);
                }
                selector.select(LOOK_MILLIS);
                selector.selectedKeys().clear();
            }
        }
        return null;
    }

    private static void check(LoopCounts counts) {
        assertThat(counts.missed).as("missed").isZero();
        assertThat(counts.twice).as("twice").isZero();
        assertThat(counts.late).as("out of order").isZero();
        assertThat(counts.closed).as("transports closed").isZero();
        assertThat(counts.unexpected).isEmpty();
    }

    /** After all that somebody new is served on every node. */
    private static void assertServed(RedisProcess redis, List<NodeFixture> nodes) {
        for (NodeFixture node : nodes) {
            node.ready();
            try (TestClient client = node.member("new", CHANNEL)) {
                assertThat(redis.publish(CHANNEL, "0")).isEqualTo(1);
                assertThat(client.publication(CHANNEL).getInteger("data")).isZero();
                client.call("unsubscribe", CHANNEL);
            }
            Eventually.until(() -> redis.numsub(CHANNEL), count -> count == 0);
        }
    }
}
