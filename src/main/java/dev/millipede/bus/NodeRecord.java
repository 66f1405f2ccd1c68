package dev.millipede.bus;

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
}
