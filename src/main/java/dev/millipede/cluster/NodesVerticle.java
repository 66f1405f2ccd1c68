package dev.millipede.cluster;

import dev.millipede.bus.BusRecord;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskNodes;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.bus.NodeRecord.NodesKnown;
import dev.millipede.metrics.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other nodes every second who this one is and how full, hears the same of them, and answers
 * {@link AskNodes}. Confined to its own event loop. Asks nobody outside this node for an answer, and never Hazelcast; on
 * the bus of a Vertx that is not clustered it is a cluster of one.
 */
public final class NodesVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(NodesVerticle.class);
    private static final long BEAT_MILLIS = 1_000;

    private final NodeFacts node;
    private final LocalBus bus;
    private final Metrics metrics;
    private final InstantSource clock;
    private final Seal seal;
    private final NodeCounts counts;
    private final NodeRegistry registry = new NodeRegistry();
    private NodeStatus last;
    private boolean asking;

    @SuppressWarnings("NullAway.Init") // set by init, which Vert.x calls first
    private ControlBus control;

    /**
     * What knows the nodes, on one of them.
     *
     * @param node whose uid Hazelcast knows this node by, where it is clustered
     * @param secret of {@code cluster}; null: records go without a seal
     * @param instances how many web socket instances to ask for counts
     */
    public NodesVerticle(
            NodeFacts node,
            @Nullable String secret,
            int instances,
            LocalBus bus,
            Metrics metrics,
            InstantSource clock) {
        this.node = node;
        this.bus = bus;
        this.metrics = metrics;
        this.clock = clock;
        this.seal = new Seal(node.uid(), new ClusterKeys(secret).seal());
        this.counts = new NodeCounts(node, instances, bus, clock);
        this.last = counts.none();
    }

    @Override
    public void init(Vertx vertx, Context context) {
        super.init(vertx, context);
        control = new ControlBus(vertx.eventBus());
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(0, BEAT_MILLIS, timer -> beat());
        return Future.all(
                bus.<BusRecord>consume(LocalBus.NODES, this::asked).completion(),
                control.listen(this::heard, () -> reject(Rejection.MALFORMED)));
    }

    /** Nodes known, this one included; for metrics, a value a moment old will do. */
    public int known() {
        return 1 + registry.size();
    }

    /** Hazelcast has given a node up. Safe on any thread, once deployed. */
    public void departed(String uid) {
        context.runOnContext(on -> {
            NodeStatus known = registry.departed(uid, millis());
            if (known != null) {
                log.info("node {} ({}) is gone", known.name(), uid);
            }
        });
    }

    private void asked(Message<BusRecord> message) {
        if (message.body() instanceof AskNodes) {
            counts.ask()
                    .onSuccess(own -> LocalBus.reply(message, known(own)))
                    .onFailure(failure -> message.fail(0, "a part of this node does not answer"));
        }
    }

    private NodesKnown known(NodeStatus own) {
        List<NodeStatus> nodes = new ArrayList<>();
        nodes.add(own);
        nodes.addAll(registry.nodes());
        return new NodesKnown(List.copyOf(nodes));
    }

    private void beat() {
        for (NodeStatus silent : registry.expire(millis())) {
            log.warn("node {} ({}) is silent", silent.name(), silent.uid());
        }
        if (!asking) {
            asking = true;
            counts.ask().onComplete(asked -> {
                asking = false;
                last = asked.succeeded() ? asked.result() : counts.again(last);
                control.send(seal.seal(ControlKind.STATUS, StatusBody.write(last), clock.millis()), millis());
            });
        }
    }

    private void heard(Buffer wire) {
        Opened opened = seal.open(wire, clock.millis());
        if (opened instanceof Rejection why) {
            reject(why);
        } else if (opened instanceof ControlRecord record && !record.sender().equals(node.uid())) {
            heard(record);
        }
    }

    private void heard(ControlRecord record) {
        switch (record.kind()) {
            case STATUS -> status(StatusBody.read(record.sender(), record.body()));
            case GOODBYE -> goodbye(record.sender());
        }
    }

    private void status(@Nullable NodeStatus status) {
        if (status == null) {
            reject(Rejection.MALFORMED);
            return;
        }
        switch (registry.heard(status, millis())) {
            case NEW -> log.info("node {} ({}) is here, {} nodes", status.name(), status.uid(), known());
            case FULL -> reject(Rejection.FULL);
            case KNOWN, LATE -> {}
        }
    }

    private void goodbye(String uid) {
        NodeStatus known = registry.saidGoodbye(uid);
        if (known != null) {
            log.info("node {} ({}) stops", known.name(), uid);
        }
    }

    private void reject(Rejection why) {
        metrics.controlRejected(why.label());
    }

    /** Says goodbye; whether anybody is left to hear it does not matter. */
    @Override
    public Future<?> stop() {
        return control.last(seal.seal(ControlKind.GOODBYE, Buffer.buffer(), clock.millis()));
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
