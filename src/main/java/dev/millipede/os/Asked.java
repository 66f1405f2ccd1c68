package dev.millipede.os;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node's configuration and command line ask of its host.
 *
 * @param maxConnections its limit of connections, 0 = none but that of descriptors
 * @param descriptorReserve descriptors kept for all else, 0 = as {@link OpenFiles#connections} has it
 * @param instances of web sockets
 * @param deliveryBudget bytes of publications that may be under way to each of them
 * @param heap the largest heap of its JVM, in bytes
 * @param backlog connections that each listener asks the kernel to keep until it accepts them
 * @param publicPorts of the listeners for clients, one for each; 0 = whatever is free
 * @param otherPorts of its other listeners
 * @param balancerAddresses source addresses that balancers connect from, 0 = clients come directly
 * @param wanted connections it shall hold, for which fixes are sized; empty = what the memory is enough for
 * @param redis what its Redis says of itself; empty where it uses none
 */
public record Asked(
        int maxConnections,
        int descriptorReserve,
        int instances,
        int deliveryBudget,
        long heap,
        int backlog,
        List<Integer> publicPorts,
        List<Integer> otherPorts,
        int balancerAddresses,
        OptionalLong wanted,
        Optional<RedisFacts> redis) {
    /** Bytes of publications that may be under way to all instances. */
    long buffers() {
        return (long) instances * deliveryBudget;
    }
}
