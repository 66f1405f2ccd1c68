package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Skipped;
import dev.millipede.bus.BusRecord;
import dev.millipede.bus.InstanceRecord;
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
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.metrics.Metrics;
import dev.millipede.metrics.Source;
import dev.millipede.protocol.Protocol;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.router.RoutingTable.Route;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Relays publications from the backplane to the instances that listen. Confined to its own event loop; knows channels and
 * instances, never sockets, and waits for nobody: an instance that is full loses deliveries, counted, or gets them later where
 * the channel keeps history.
 */
public final class RouterVerticle extends VerticleBase {
    /** Time between two looks at how late the loop runs. */
    private static final long BEAT_NANOS = 20_000_000;

    private final Broker broker;
    private final LocalBus bus;
    private final Metrics metrics;
    private final RoutingTable table = new RoutingTable();
    private final DeliveryBudget budget;
    private final Deliveries deliveries;
    private final Streams streams;
    private final UpstreamSubscriptions upstream;
    private final String[] addresses;
    private long nextBeat;

    /**
     * The router of one node.
     *
     * @param instances number of WebSocketVerticles, 1 to 64
     * @param deliveryBudget bytes each instance takes on before the router drops
     */
    public RouterVerticle(
            Broker broker,
            Protocol protocol,
            LocalBus bus,
            Metrics metrics,
            RecoveryConfig recovery,
            int instances,
            long deliveryBudget) {
        assert instances > 0 && instances <= RoutingTable.MAX_INSTANCES;
        this.broker = broker;
        this.bus = bus;
        this.metrics = metrics;
        this.budget = new DeliveryBudget(instances, deliveryBudget);
        this.addresses = new String[instances];
        for (int i = 0; i < instances; i++) {
            addresses[i] = LocalBus.instance(i);
        }
        ObjIntConsumer<InstanceRecord> send = (record, instance) -> bus.send(addresses[instance], record);
        this.deliveries = new Deliveries(protocol, budget, metrics, send);
        this.streams = new Streams(broker, deliveries, metrics, recovery, RouterVerticle::millis);
        this.upstream = new UpstreamSubscriptions(broker, table, streams, send);
    }

    @Override
    public Future<?> start() {
        broker.listen(new FromBackplane());
        nextBeat = System.nanoTime() + BEAT_NANOS;
        vertx.setPeriodic(TimeUnit.NANOSECONDS.toMillis(BEAT_NANOS), timer -> beat());
        vertx.setPeriodic(Streams.TICK_MILLIS, timer -> streams.tick());
        vertx.setPeriodic(UpstreamSubscriptions.LINGER_MILLIS, timer -> sweep());
        return bus.<BusRecord>consume(LocalBus.ROUTER, this::told).completion();
    }

    /** Channels that somebody here listens to; for metrics, a value a moment old will do. */
    public int channels() {
        return table.channels();
    }

    private void told(Message<BusRecord> message) {
        assert onLoop();
        BusRecord body = message.body();
        if (body instanceof AskRouter) {
            LocalBus.reply(message, new RouterStatus(table.channels(), table.personalChannels()));
        } else if (body instanceof RouterRecord record) {
            told(record);
        } else {
            throw new IllegalArgumentException("not for the router: " + body);
        }
    }

    private void told(RouterRecord record) {
        if (record instanceof Interest interest) {
            upstream.want(interest.channel(), interest.instance(), interest.ask());
        } else if (record instanceof InterestEnded ended) {
            upstream.unwant(ended.channel(), ended.instance(), millis());
        } else if (record instanceof BudgetReturned returned) {
            budget.giveBack(returned.instance(), returned.bytes());
            streams.catchingUp.goOn(returned.instance());
        } else if (record instanceof ChannelBehind behind) {
            behind(behind.channel(), behind.instance(), true);
        } else if (record instanceof ChannelCaughtUp caughtUp) {
            behind(caughtUp.channel(), caughtUp.instance(), false);
        } else if (record instanceof Recover recover) {
            recover(recover);
        }
    }

    private void behind(Channel channel, int instance, boolean behind) {
        Route route = table.get(channel);
        if (route != null && route.stream != null) {
            route.stream.behind(instance, behind);
        } else if (route != null) {
            long bit = 1L << instance;
            route.behind = behind ? route.behind | bit : route.behind & ~bit;
        }
    }

    private void recover(Recover ask) {
        Route route = table.get(ask.channel());
        if (route != null && route.stream != null) {
            route.stream.recover(ask);
        } else {
            deliveries.tell(ask.instance(), new RecoveryRefused(ask.channel(), ask.ask()));
        }
    }

    private void sweep() {
        if (upstream.sweep(millis())) {
            context.runOnContext(again -> sweep());
        }
    }

    private boolean onLoop() {
        return ((ContextInternal) context).inThread();
    }

    private void beat() {
        long now = System.nanoTime();
        metrics.routerLoopLag(Math.max(0, now - nextBeat));
        nextBeat = now + BEAT_NANOS;
    }

    /** What the backplane says, on the router's loop. */
    private final class FromBackplane implements Broker.Listener {
        @Override
        public void publication(Publication publication) {
            relay(publication);
        }

        @Override
        public @Nullable Position known(Channel channel) {
            Route route = table.get(channel);
            return route == null || route.stream == null ? null : route.stream.positionOrNull();
        }

        @Override
        public void skipped(Skipped why) {
            assert onLoop();
            metrics.publicationSkipped(why.label());
        }

        @Override
        public void lost() {
            assert onLoop();
            metrics.backplaneLost();
            upstream.lost();
            for (String address : addresses) {
                bus.send(address, new InstanceRecord.ConfirmationsVoid());
            }
        }

        @Override
        public Future<Void> restore() {
            assert onLoop();
            return upstream.restore();
        }
    }

    private void relay(Publication publication) {
        assert onLoop();
        metrics.publicationIn(publication.channel().namespace().name(), Source.BACKPLANE);
        Route route = table.get(publication.channel());
        if (route == null || route.instances == 0) {
            metrics.publicationUnrouted();
        }
        if (route == null) {
            return;
        }
        Position position = publication.position();
        if (route.stream != null && position != null) {
            route.stream.live(publication, position);
        } else if (route.instances != 0) {
            deliveries.relay(route, publication);
        }
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
