package dev.millipede.cluster;

import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskInstance;
import dev.millipede.bus.NodeRecord.AskRouter;
import dev.millipede.bus.NodeRecord.InstanceStatus;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.bus.NodeRecord.RouterStatus;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** How full this node is: asks every instance and the router. Safe on any thread. */
final class NodeCounts {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private final NodeFacts node;
    private final int instances;
    private final LocalBus bus;
    private final InstantSource clock;

    NodeCounts(NodeFacts node, int instances, LocalBus bus, InstantSource clock) {
        this.node = node;
        this.instances = instances;
        this.bus = bus;
        this.clock = clock;
    }

    /** Fails when anyone has not answered within 2 s, rather than leave them out of the sum. */
    Future<NodeStatus> ask() {
        List<Future<InstanceStatus>> asked = new ArrayList<>(instances);
        for (int i = 0; i < instances; i++) {
            asked.add(bus.ask(LocalBus.instance(i), new AskInstance(), DEADLINE));
        }
        Future<RouterStatus> router = bus.ask(LocalBus.ROUTER, new AskRouter(), DEADLINE);
        return Future.all(Future.all(asked), router)
                .map(all -> sum(asked.stream().map(Future::result).toList(), router.result()));
    }

    private NodeStatus sum(List<InstanceStatus> instances, RouterStatus router) {
        int connections = 0;
        int subscriptions = 0;
        for (InstanceStatus status : instances) {
            connections += status.connections();
            subscriptions += status.subscriptions();
        }
        return status(connections, router.users(), subscriptions, router.channels());
    }

    private NodeStatus status(int connections, int users, int subscriptions, int channels) {
        return new NodeStatus(
                node.uid(), node.name(), node.version(), connections, users, subscriptions, channels, uptime());
    }

    private long uptime() {
        return Duration.between(node.started(), clock.instant()).toSeconds();
    }

    /** Nobody is there yet. */
    NodeStatus none() {
        return status(0, 0, 0, 0);
    }

    /** The same counts, as of now. */
    NodeStatus again(NodeStatus last) {
        return status(last.connections(), last.users(), last.subscriptions(), last.channels());
    }
}
