package dev.millipede.bus;

import java.util.List;

/** Questions that any part of the node may ask over the bus, and their answers. */
public sealed interface NodeRecord extends BusRecord {
    /** Asks an instance how full it is; answered by {@link InstanceStatus}. */
    record AskInstance() implements NodeRecord {}

    /**
     * How full an instance is.
     *
     * @param subscriptions of clients, automatic ones included, {@code broadcast} not counted
     */
    record InstanceStatus(int instance, int connections, int subscriptions) implements NodeRecord {}

    /** Asks the router what is listened to; answered by {@link RouterStatus}. */
    record AskRouter() implements NodeRecord {}

    /**
     * What is listened to on this node.
     *
     * @param users distinct users with a personal channel on this node
     */
    record RouterStatus(int channels, int users) implements NodeRecord {}

    /** Asks for all nodes that are known; answered by {@link NodesKnown}, within 2 s. */
    record AskNodes() implements NodeRecord {}

    /** The nodes heard of lately, this one first and with its counts of now. */
    record NodesKnown(List<NodeStatus> nodes) implements NodeRecord {}

    /**
     * What a node says of itself.
     *
     * @param uid unique among nodes and starts
     * @param name for people, for example host and port
     * @param connections open now
     * @param users distinct users with a personal channel there
     * @param subscriptions of clients, {@code broadcast} not counted
     * @param channels that somebody there listens to
     * @param uptime in seconds
     */
    record NodeStatus(
            String uid,
            String name,
            String version,
            int connections,
            int users,
            int subscriptions,
            int channels,
            long uptime)
            implements NodeRecord {}
}
