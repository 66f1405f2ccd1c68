package dev.millipede.os;

/**
 * What a {@link Load} needs. Figures for a node are for the time when one of them is lost.
 *
 * @param nodes hosts with one node each, a spare one included
 * @param byMemory hosts that memory asks for, without the spare one
 * @param byCpu hosts that CPU asks for, without the spare one
 * @param connectionsPerNode while one node is lost
 * @param heapPerNode {@code -Xmx}, bytes
 * @param kernelPerNode bytes
 * @param memoryPerNode bytes, JVM and kernel
 * @param nofilePerNode limit of open files
 * @param publicationCores busy with publications and deliveries, of all nodes
 * @param pingCores busy with pings, of all nodes
 * @param bitsPerNode that leave a node in a second
 * @param redisShards Redis processes, of one core each
 * @param redisCores busy, of all
 * @param redisMemory bytes for a channel of each connection's own
 * @param tuples source addresses times listeners that each node needs behind balancers
 * @param listeners of each node for that, with the addresses that balancers have; 1 where clients come directly
 * @param nodeLossSeconds until the connections of one lost node are back on the others
 * @param allLossSeconds until all are back after all were lost
 */
public record Plan(
        long nodes,
        long byMemory,
        long byCpu,
        long connectionsPerNode,
        long heapPerNode,
        long kernelPerNode,
        long memoryPerNode,
        long nofilePerNode,
        double publicationCores,
        double pingCores,
        double bitsPerNode,
        long redisShards,
        double redisCores,
        long redisMemory,
        long tuples,
        long listeners,
        double nodeLossSeconds,
        double allLossSeconds) {
    /** What the system of a host takes for itself. */
    static final long SYSTEM_MEMORY = 1L << 30;

    /** {@code websocket.deliveryBudget} as configured by default, for each core. */
    static final long BUFFERS_PER_CORE = 32L << 20;

    /** Ports 10240 to 65535, which {@code scripts/tune-linux.sh apply --balancer} sets. */
    static final long PORTS = 55_296;

    /** Connections that a host of this memory holds; below 1 it is too small for any. */
    public static long connectionsOf(long memory, int cores) {
        long left = memory - SYSTEM_MEMORY - beside(cores) - Sizing.HEAP_BASE;
        return Math.min(Sizing.MOST, left / Sizing.bytesPerConnection());
    }

    /** What a node takes beside heap and kernel. */
    private static long beside(int cores) {
        return Sizing.NATIVE_BASE + cores * BUFFERS_PER_CORE;
    }

    /** The smallest fleet; {@link #connectionsOf} of its hosts is at least 1. */
    public static Plan of(Load load) {
        double publications = Costs.cores((double) load.rate(), Costs.publication(load.payload(), load.fanout()));
        double pings = Costs.cores(load.connections() / Costs.PING_SECONDS, Costs.PING);
        long byMemory = Sizing.ceil(load.connections(), connectionsOf(load.memory(), load.cores()));
        long byCpu = ceil((publications + pings) / (load.cores() * Costs.BUSY));
        long serving = Math.max(1, Math.max(byMemory, byCpu));
        long nodes = serving + 1;
        long each = Sizing.ceil(load.connections(), serving);
        long copies = Math.max(1, Math.min(load.fanout(), nodes));
        double redis = Costs.cores((double) load.rate(), Costs.REDIS_PUBLICATION * copies);
        long tuples = Sizing.ceil(each, PORTS);
        long heap = Sizing.heap(each);
        long kernel = each * Sizing.KERNEL_BYTES;
        return new Plan(
                nodes,
                byMemory,
                byCpu,
                each,
                heap,
                kernel,
                heap + kernel + beside(load.cores()),
                Sizing.nofile(each, 0),
                publications,
                pings,
                8.0 * load.rate() * load.fanout() * (load.payload() + Costs.WIRE_BYTES) / serving,
                Math.max(1, ceil(redis / Costs.BUSY)),
                redis,
                load.connections() * Costs.REDIS_CHANNEL_BYTES,
                tuples,
                load.balancerAddresses() == 0 ? 1 : Sizing.ceil(tuples, load.balancerAddresses()),
                Costs.cores((double) load.connections() / nodes, Costs.CONNECT) / (serving * load.cores()),
                Costs.cores((double) load.connections(), Costs.CONNECT) / (nodes * load.cores()));
    }

    private static long ceil(double number) {
        return (long) Math.ceil(number);
    }
}
