package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.BusRecord;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskNodes;
import dev.millipede.bus.NodeRecord.InstanceStatus;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.bus.NodeRecord.NodesKnown;
import dev.millipede.bus.NodeRecord.RouterStatus;
import dev.millipede.metrics.Metrics;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One verticle on a local bus; the other nodes are played by hand. */
@ExtendWith(LogErrors.class)
class NodesVerticleTest {
    private static final String SECRET = "a cluster's secret of 32 bytes or more";
    private static final String CONTROL = "millipede.control";
    private static final Instant STARTED = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant NOW = STARTED.plusSeconds(90);
    private static final NodeFacts FACTS = new NodeFacts("uid-1", "m_8000", "0.1.0", STARTED);
    private static final NodeStatus OWN = new NodeStatus("uid-1", "m_8000", "0.1.0", 15, 12, 32, 4, 90);
    private static final NodeStatus A = new NodeStatus("uid-a", "a_8000", "0.2.0", 1, 2, 3, 4, 5);
    private static final NodeStatus Z = new NodeStatus("uid-z", "z_8000", "0.1.0", 6, 7, 8, 9, 10);

    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = new Metrics(List.of(), 2);
    private final LocalBus bus = LocalBus.open(vertx);
    private final NodesVerticle nodes = new NodesVerticle(FACTS, SECRET, 2, bus, metrics, () -> NOW);
    private final List<MessageConsumer<?>> parts = new ArrayList<>();
    private final Seal a = seal("uid-a");

    private static Seal seal(String uid) {
        return new Seal(uid, new ClusterKeys(SECRET).seal());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @BeforeEach
    void deploy() {
        answer(LocalBus.instance(0), new InstanceStatus(0, 10, 25));
        answer(LocalBus.instance(1), new InstanceStatus(1, 5, 7));
        answer(LocalBus.ROUTER, new RouterStatus(4, 12));
        await(vertx.deployVerticle(nodes));
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private void answer(String address, BusRecord status) {
        MessageConsumer<BusRecord> part = bus.consume(address, message -> LocalBus.reply(message, status));
        await(part.completion());
        parts.add(part);
    }

    private List<NodeStatus> known() {
        return await(bus.<NodesKnown>ask(LocalBus.NODES, new AskNodes(), Duration.ofSeconds(5)))
                .nodes();
    }

    private void says(Seal node, ControlKind kind, Buffer body) {
        vertx.eventBus().publish(CONTROL, node.seal(kind, body, NOW.toEpochMilli()));
    }

    private void says(Seal node, NodeStatus status) {
        says(node, ControlKind.STATUS, StatusBody.write(status));
    }

    private double rejected(Rejection why) {
        String name = "millipede_cluster_rejected_total{reason=\"" + why.label() + "\"} ";
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aloneItKnowsItselfWithTheSumOfItsParts() {
        assertThat(known()).containsExactly(OWN);
        assertThat(nodes.known()).isEqualTo(1);
    }

    @Test
    void theOthersComeBehindItByName() {
        says(seal("uid-z"), Z);
        says(a, A);

        assertThat(Eventually.until(this::known, known -> known.size() == 3)).containsExactly(OWN, A, Z);
        assertThat(nodes.known()).isEqualTo(3);
    }

    @Test
    void aNodeThatSaysGoodbyeIsGone() {
        says(a, A);
        Eventually.until(this::known, known -> known.size() == 2);
        says(a, ControlKind.GOODBYE, Buffer.buffer());

        assertThat(Eventually.until(this::known, known -> known.size() == 1)).containsExactly(OWN);
    }

    @Test
    void aNodeThatHazelcastGaveUpIsGoneUntilItSpeaksAgain() {
        says(a, A);
        Eventually.until(this::known, known -> known.size() == 2);
        nodes.departed("uid-a");
        assertThat(Eventually.until(this::known, known -> known.size() == 1)).containsExactly(OWN);

        assertThat(Eventually.until(
                        () -> {
                            says(a, A);
                            return known();
                        },
                        known -> known.size() == 2))
                .containsExactly(OWN, A);
    }

    @Test
    void aNodeThatIsSilentIsGone() {
        says(a, A);
        Eventually.until(nodes::known, known -> known == 2);
        long heard = System.nanoTime();

        Eventually.until(nodes::known, known -> known == 1);

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heard))
                .isBetween(NodeRegistry.SILENCE_MILLIS - 1_000, NodeRegistry.SILENCE_MILLIS + 3_000);
    }

    @Test
    void whatNoMemberSentIsCountedAndDropped() {
        Buffer changed = a.seal(ControlKind.STATUS, StatusBody.write(A), NOW.toEpochMilli());
        changed.setByte(changed.length() - 40, (byte) (changed.getByte(changed.length() - 40) ^ 1));
        vertx.eventBus().publish(CONTROL, changed);

        Eventually.until(() -> rejected(Rejection.SEAL), count -> count == 1);
        assertThat(known()).containsExactly(OWN);
    }

    @Test
    void whatWasHeardBeforeIsCountedAndDropped() {
        Buffer record = a.seal(ControlKind.STATUS, StatusBody.write(A), NOW.toEpochMilli());
        vertx.eventBus().publish(CONTROL, record);
        vertx.eventBus().publish(CONTROL, a.seal(ControlKind.GOODBYE, Buffer.buffer(), NOW.toEpochMilli()));
        vertx.eventBus().publish(CONTROL, record);

        Eventually.until(() -> rejected(Rejection.REPLAY), count -> count == 1);
        assertThat(known()).containsExactly(OWN);
    }

    @Test
    void whatIsNoRecordAtAllIsCountedAndDropped() {
        vertx.eventBus().publish(CONTROL, "text");
        vertx.eventBus().publish(CONTROL, new JsonObject().put("kind", 1));
        vertx.eventBus().publish(CONTROL, null);
        says(a, ControlKind.STATUS, Buffer.buffer("no status"));

        Eventually.until(() -> rejected(Rejection.MALFORMED), count -> count == 4);
        assertThat(known()).containsExactly(OWN);
    }

    @Test
    void itSaysEverySecondWhoItIsAndGoodbyeWhenItStops() throws InterruptedException {
        BlockingQueue<Opened> heard = new LinkedBlockingQueue<>();
        Seal z = seal("uid-z");
        await(vertx.eventBus()
                .<Buffer>consumer(CONTROL, message -> heard.add(z.open(message.body(), NOW.toEpochMilli())))
                .completion());

        assertThat(List.of(next(heard), next(heard))).allSatisfy(said -> {
            assertThat(said.kind()).isEqualTo(ControlKind.STATUS);
            assertThat(StatusBody.read(said.sender(), said.body())).isEqualTo(OWN);
        });

        await(vertx.undeploy(vertx.deploymentIDs().iterator().next()));
        ControlRecord last = next(heard);
        while (last.kind() == ControlKind.STATUS) {
            last = next(heard);
        }
        assertThat(last.kind()).isEqualTo(ControlKind.GOODBYE);
    }

    private static ControlRecord next(BlockingQueue<Opened> heard) throws InterruptedException {
        Opened opened = heard.poll(10, TimeUnit.SECONDS);
        assertThat(opened).isInstanceOf(ControlRecord.class);
        return (ControlRecord) opened;
    }

    @Test
    void aPartThatDoesNotAnswerIsARefusalAndNotASmallerSumWhileTheOthersHearTheLastOne() throws InterruptedException {
        BlockingQueue<Opened> heard = new LinkedBlockingQueue<>();
        Seal z = seal("uid-z");
        await(vertx.eventBus()
                .<Buffer>consumer(CONTROL, message -> heard.add(z.open(message.body(), NOW.toEpochMilli())))
                .completion());
        next(heard);
        await(parts.get(1).unregister());

        Assertions.assertThatThrownBy(this::known).isInstanceOf(CompletionException.class);
        heard.clear();
        ControlRecord said = next(heard);
        assertThat(StatusBody.read(said.sender(), said.body())).isEqualTo(OWN);
    }
}
