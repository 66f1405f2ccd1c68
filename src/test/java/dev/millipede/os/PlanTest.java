package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PlanTest {
    private static final long GIB = 1L << 30;

    private static Plan plan(long connections, long rate, long fanout, int balancerAddresses) {
        return Plan.of(new Load(connections, rate, 128, fanout, 16 * GIB, 4, balancerAddresses));
    }

    @Test
    void memoryAsksForHosts() {
        // 15 GiB less 140 MiB, 128 MiB of buffers and 64 MiB, at 4,105 + 2 x 2,048 bytes.
        assertThat(Plan.connectionsOf(16 * GIB, 4)).isEqualTo(1_921_473);
        assertThat(plan(1_921_473, 0, 1, 0).byMemory()).isEqualTo(1);
        assertThat(plan(1_921_474, 0, 1, 0).byMemory()).isEqualTo(2);
        assertThat(Plan.connectionsOf(GIB, 4)).isNegative();
    }

    @Test
    void oneHostMayBeLost() {
        Plan plan = plan(10_000_000, 0, 1, 0);

        assertThat(plan.nodes()).isEqualTo(7);
        assertThat(plan.connectionsPerNode()).isEqualTo(1_666_667);
        assertThat(plan.memoryPerNode()).isLessThan(15 * GIB);
        assertThat(Sizing.connectionsOfHeap(plan.heapPerNode())).isGreaterThanOrEqualTo(plan.connectionsPerNode());
        assertThat(OpenFiles.connections(plan.nofilePerNode(), 0)).isGreaterThanOrEqualTo(1_666_667);
    }

    @Test
    void cpuAsksForHosts() {
        // 100 x (40.7 + 10,000 x 6.4) µs = 6.4 cores, and 10,000 / 25 x 12.2 µs of pings; a host gives 2 of its 4.
        Plan plan = plan(10_000, 100, 10_000, 0);

        assertThat(plan.publicationCores()).isCloseTo(6.404, within(0.001));
        assertThat(plan.pingCores()).isCloseTo(0.00488, within(0.00001));
        assertThat(plan.byCpu()).isEqualTo(4);
        assertThat(plan.nodes()).isEqualTo(5);
    }

    @Test
    void largePublicationsCostMoreCpuAndNetwork() {
        Plan small = Plan.of(new Load(1_000, 1_000, 128, 10, 16 * GIB, 4, 0));
        Plan large = Plan.of(new Load(1_000, 1_000, 128 + 10 * 1024, 10, 16 * GIB, 4, 0));

        assertThat(large.publicationCores() - small.publicationCores()).isCloseTo(0.02, within(0.0001));
        assertThat(small.bitsPerNode()).isCloseTo(1_000 * 10 * 258 * 8.0, within(1.0));
    }

    @Test
    void redisIsAskedForEachNodeThatAPublicationReaches() {
        assertThat(plan(10_000_000, 10_000, 1, 0).redisCores()).isCloseTo(0.102, within(0.001));
        assertThat(plan(10_000_000, 10_000, 3, 0).redisCores()).isCloseTo(0.306, within(0.001));
        assertThat(plan(10_000_000, 10_000, 3, 0).redisShards()).isEqualTo(1);
        Plan all = plan(10_000_000, 1_000, 10_000_000, 0);
        assertThat(all.redisCores()).isCloseTo(1_000 * 10.2e-6 * all.nodes(), within(0.001));
        assertThat(plan(10_000_000, 0, 1, 0).redisMemory()).isEqualTo(2_070_000_000);
    }

    @Test
    void whatBalancersLackInAddressesListenersMakeUpFor() {
        // 1,666,667 connections of a node, 55,296 for each source address and listener.
        assertThat(plan(10_000_000, 0, 1, 0).tuples()).isEqualTo(31);
        assertThat(plan(10_000_000, 0, 1, 0).listeners()).isEqualTo(1);
        assertThat(plan(10_000_000, 0, 1, 4).listeners()).isEqualTo(8);
        assertThat(plan(10_000_000, 0, 1, 31).listeners()).isEqualTo(1);
    }

    @Test
    void whoWasLostIsBackAsFastAsCoresConnect() {
        Plan plan = plan(10_000_000, 0, 1, 0);

        // A seventh of them at 630 µs on 6 hosts of 4 cores; all of them on 7.
        assertThat(plan.nodeLossSeconds()).isCloseTo(37.5, within(0.01));
        assertThat(plan.allLossSeconds()).isCloseTo(225, within(0.01));
    }
}
