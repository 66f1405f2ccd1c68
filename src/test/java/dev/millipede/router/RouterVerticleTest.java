package dev.millipede.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Skipped;
import dev.millipede.bus.BusRecord;
import dev.millipede.bus.InstanceRecord.ConfirmationsVoid;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskRouter;
import dev.millipede.bus.NodeRecord.RouterStatus;
import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.BudgetReturned;
import dev.millipede.bus.RouterRecord.ChannelBehind;
import dev.millipede.bus.RouterRecord.ChannelCaughtUp;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.recovery.RecoveryConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The router on a real event loop and bus, between a broker fed by hand and the mailboxes of three instances. */
class RouterVerticleTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Payload DATA = Payload.ofValidated("{\"n\":1}".getBytes(UTF_8));
    private static final int INSTANCES = 3;

    private final Metrics metrics = new Metrics(List.of("user", "room", "broadcast"), INSTANCES);
    private final HandFedBroker broker = new HandFedBroker();
    private final Vertx vertx = Vertx.vertx();
    private final LocalBus bus = LocalBus.open(vertx);
    private final List<BlockingQueue<BusRecord>> mailboxes = new ArrayList<>();
    private final Channel room = channel("room:a");
    private final Channel other = channel("room:b");
    private final int length = new JsonProtocol().encode(publication(room)).length;
    private @Nullable RouterVerticle router;

    private static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));
    }

    private static Publication publication(Channel channel) {
        return new Publication(channel, DATA, null);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @BeforeEach
    void mailboxesAreOpen() {
        broker.confirms = true;
        for (int i = 0; i < INSTANCES; i++) {
            BlockingQueue<BusRecord> mailbox = new LinkedBlockingQueue<>();
            mailboxes.add(mailbox);
            await(bus.<BusRecord>consume(LocalBus.instance(i), message -> mailbox.add(message.body()))
                    .completion());
        }
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    /** Starts the router with room for so many publications under way to each instance. */
    private void start(int publications) {
        router = new RouterVerticle(
                broker,
                new JsonProtocol(),
                bus,
                metrics,
                RecoveryConfig.DEFAULTS,
                INSTANCES,
                (long) publications * length);
        await(vertx.deployVerticle(router));
    }

    private void tell(RouterRecord record) {
        bus.send(LocalBus.ROUTER, record);
    }

    /** Waits until the router has heard everything it was told. */
    private RouterStatus heard() {
        return await(bus.ask(LocalBus.ROUTER, new AskRouter(), LONG));
    }

    private void listen(Channel channel, int... instances) {
        for (int instance : instances) {
            tell(new Interest(instance, channel, 1));
            assertThat(next(instance)).isEqualTo(new InterestConfirmed(channel, 1));
        }
    }

    private BusRecord next(int instance) {
        try {
            return Objects.requireNonNull(mailboxes.get(instance).poll(LONG.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Brings publications and waits until the router has relayed them. */
    private void bring(Channel channel, int times) {
        for (int i = 0; i < times; i++) {
            broker.bring(publication(channel));
        }
        heard();
    }

    private double metric(String name) {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith("millipede_publications_" + name + "_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** How many publications an instance has been sent since the last call. */
    private int deliveries(int instance) {
        // The bus keeps the order from one sender to one address: what was sent before the marker is here.
        tell(new Interest(instance, channel("room:marker"), 99));
        int count = 0;
        for (BusRecord record = next(instance); record instanceof Delivery; record = next(instance)) {
            count++;
        }
        return count;
    }

    @Test
    void aPublicationIsEncodedOnceAndSentOnceToEachInstanceThatListens() {
        start(100);
        listen(room, 0, 2);
        listen(other, 1);
        bring(room, 1);

        Delivery first = (Delivery) next(0);
        Delivery second = (Delivery) next(2);
        assertThat(first.channel()).isEqualTo(room);
        assertThat(first.envelopes().json()).isEqualTo(new JsonProtocol().encode(publication(room)));
        assertThat(second.envelopes()).isSameAs(first.envelopes());
        assertThat(List.of(deliveries(0), deliveries(1), deliveries(2))).containsExactly(0, 0, 0);
        assertThat(metric("encoded")).isEqualTo(1);
    }

    @Test
    void aPublicationForNobodyIsNotEncoded() {
        start(100);
        bring(room, 1);
        listen(room, 0);
        tell(new InterestEnded(0, room));
        bring(room, 1);

        assertThat(deliveries(0)).isZero();
        assertThat(metric("encoded")).isZero();
        assertThat(metric("unrouted")).isEqualTo(2);
    }

    @Test
    void publicationsOfAChannelArriveInOrder() {
        start(10_000);
        listen(room, 0);
        for (int i = 0; i < 1_000; i++) {
            Payload data = Payload.ofValidated(Integer.toString(i).getBytes(UTF_8));
            broker.bring(new Publication(room, data, null));
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(new String(((Delivery) next(0)).envelopes().json(), UTF_8))
                    .contains("\"data\":" + i + "}");
        }
    }

    @Test
    void pastTheBudgetOfAnInstanceItsDeliveriesAreDroppedUntilSomeIsGivenBack() {
        start(3);
        listen(room, 0, 1);
        bring(room, 2);
        tell(new BudgetReturned(1, 2L * length));
        bring(room, 3);
        assertThat(deliveries(0)).isEqualTo(3);
        assertThat(deliveries(1)).isEqualTo(5);
        assertThat(metric("dropped")).isEqualTo(2);

        tell(new BudgetReturned(0, 2L * length));
        bring(room, 3);
        assertThat(deliveries(0)).isEqualTo(2);
        assertThat(metric("dropped")).isEqualTo(2 + 1 + 3);
    }

    @Test
    void aChannelThatIsBehindIsDroppedForThatInstanceAndNoOther() {
        start(100);
        listen(room, 0, 1);
        listen(other, 0);
        tell(new ChannelBehind(0, room));
        bring(room, 3);
        bring(other, 1);
        assertThat(deliveries(0)).isEqualTo(1);
        assertThat(deliveries(1)).isEqualTo(3);
        assertThat(metric("dropped")).isEqualTo(3);

        tell(new ChannelCaughtUp(0, room));
        bring(room, 2);
        assertThat(deliveries(0)).isEqualTo(2);
        assertThat(metric("dropped")).isEqualTo(3);
    }

    @Test
    void whatIsDroppedForAChannelThatIsBehindCostsNoBudget() {
        start(2);
        listen(room, 0);
        tell(new ChannelBehind(0, room));
        bring(room, 5);
        tell(new ChannelCaughtUp(0, room));
        bring(room, 2);

        assertThat(deliveries(0)).isEqualTo(2);
    }

    @Test
    void whoIsBehindOnAChannelNobodyKnowsChangesNothing() {
        start(100);
        tell(new ChannelBehind(0, room));
        listen(room, 0);
        bring(room, 1);

        assertThat(deliveries(0)).isEqualTo(1);
    }

    @Test
    void everyInstanceHearsOfALossBeforeAnyLaterAnswer() {
        start(100);
        listen(room, 0);
        broker.lose();
        tell(new Interest(0, room, 2));
        tell(new Interest(1, room, 3));
        await(broker.restore());
        tell(new Interest(0, room, 4));
        tell(new Interest(2, other, 5));

        assertThat(List.of(next(0), next(0), next(0)))
                .containsExactly(new ConfirmationsVoid(), new InterestRefused(room, 2), new InterestConfirmed(room, 4));
        assertThat(List.of(next(1), next(1))).containsExactly(new ConfirmationsVoid(), new InterestRefused(room, 3));
        assertThat(List.of(next(2), next(2))).containsExactly(new ConfirmationsVoid(), new InterestConfirmed(other, 5));
        assertThat(metrics.scrape()).contains("millipede_backplane_losses_total 1.0");
    }

    @Test
    void whoListenedBeforeALossGetsWhatComesAfterItWithoutAsking() {
        start(100);
        listen(room, 0);
        broker.lose();
        await(broker.restore());
        bring(room, 2);

        assertThat(next(0)).isEqualTo(new ConfirmationsVoid());
        assertThat(deliveries(0)).isEqualTo(2);
        assertThat(broker.subscribed).startsWith(room.name(), room.name());
    }

    @Test
    void whatIsNoPublicationIsCountedByItsReason() {
        start(100);
        listen(room, 0);
        broker.bring(Skipped.NOT_UTF8);
        broker.bring(Skipped.NOT_UTF8);
        broker.bring(Skipped.UNKNOWN_VERSION);
        heard();

        assertThat(metrics.scrape())
                .contains("millipede_publications_skipped_total{reason=\"utf8\"} 2.0")
                .contains("millipede_publications_skipped_total{reason=\"version\"} 1.0")
                .contains("millipede_publications_skipped_total{reason=\"malformed\"} 0.0");
        assertThat(deliveries(0)).isZero();
    }

    private Publication logged(Channel log, long offset) {
        return new Publication(log, DATA, null, new Position("e", offset), Map.of());
    }

    @Test
    void aChannelThatKeepsHistoryIsConfirmedWithItsPositionAndGoesOnInOrder() {
        start(100);
        Channel log = StreamFixture.channel("log:a");
        broker.page = new HistoryPage(new Position("e", 7), List.of());
        tell(new Interest(0, log, 1));
        assertThat(next(0)).isEqualTo(new InterestConfirmed(log, 1, new Position("e", 7)));
        broker.bring(logged(log, 8));
        assertThat(((Delivery) next(0)).offset()).isEqualTo(8);
        assertThat(await(broker.known(log))).isEqualTo(new Position("e", 8));
        assertThat(await(broker.known(room))).isNull();

        broker.page = new HistoryPage(new Position("e", 9), List.of(logged(log, 9)));
        broker.bring(logged(log, 10));
        broker.page = new HistoryPage(new Position("e", 10), List.of(logged(log, 9), logged(log, 10)));
        tell(new Recover(0, log, 3, new Since("e", 10)));
        assertThat(((Delivery) next(0)).offset()).isEqualTo(9);
        assertThat(((Delivery) next(0)).offset()).isEqualTo(10);
        assertThat(next(0)).isEqualTo(new Recovered(log, 3, new Position("e", 10), true, List.of()));
    }

    @Test
    void whatAChannelWithHistoryLacksForWantOfBudgetArrivesWhenItIsGivenBack() {
        start(2);
        Channel log = StreamFixture.channel("log:a");
        broker.page = new HistoryPage(new Position("e", 0), List.of());
        tell(new Interest(0, log, 1));
        assertThat(next(0)).isInstanceOf(InterestConfirmed.class);
        broker.bring(logged(log, 1));
        int spent = ((Delivery) next(0)).envelopes().length();
        assertThat(2 * spent).isGreaterThan(2 * length);
        broker.page = new HistoryPage(new Position("e", 2), List.of(logged(log, 2)));
        broker.bring(logged(log, 2));
        heard();
        tell(new BudgetReturned(0, spent));

        assertThat(((Delivery) next(0)).offset()).isEqualTo(2);
        assertThat(metric("dropped")).isZero();
    }

    @Test
    void whoComesBackToAChannelNobodyListensToOrWithoutHistoryIsRefused() {
        start(100);
        listen(room, 0);
        tell(new Recover(0, room, 3, new Since("e", 10)));
        tell(new Recover(0, StreamFixture.channel("log:a"), 4, new Since("e", 10)));

        assertThat(next(0)).isEqualTo(new RecoveryRefused(room, 3));
        assertThat(next(0)).isEqualTo(new RecoveryRefused(StreamFixture.channel("log:a"), 4));
    }

    @Test
    void theRouterSaysHowManyChannelsAndUsersThereAre() {
        start(100);
        listen(room, 0, 1);
        listen(channel("user:ann"), 0);

        assertThat(heard()).isEqualTo(new RouterStatus(2, 1));
        assertThat(Objects.requireNonNull(router).channels()).isEqualTo(2);
    }

    @Test
    void aChannelWithoutListenersIsGivenUpByTheRoutersOwnTimer() {
        start(100);
        listen(room, 0);
        tell(new InterestEnded(0, room));
        await(broker.ended.future());

        assertThat(heard().channels()).isZero();
    }
}
