package dev.millipede.os;

/**
 * What a fleet is to carry, and of what hosts it is to be made.
 *
 * @param connections open at once, in all, at least 1
 * @param rate publications a second, in all
 * @param payload bytes of a publication
 * @param fanout connections that a publication reaches, on average
 * @param memory of each host, in bytes
 * @param cores of each host, at least 1
 * @param balancerAddresses source addresses that balancers connect from, 0 = clients come directly
 */
public record Load(
        long connections, long rate, long payload, long fanout, long memory, int cores, int balancerAddresses) {}
