package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.cluster.NodeRegistry.Hearing;
import org.junit.jupiter.api.Test;

class NodeRegistryTest {
    private static final NodeStatus A = node("uid-a", "a_8000");
    private static final NodeStatus B = node("uid-b", "b_8000");

    private final NodeRegistry registry = new NodeRegistry();

    private static NodeStatus node(String uid, String name) {
        return new NodeStatus(uid, name, "1", 1, 2, 3, 4, 5);
    }

    @Test
    void aNodeIsWhatItSaidLast() {
        NodeStatus fuller = new NodeStatus("uid-a", "a_8000", "1", 10, 2, 3, 4, 6);

        assertThat(registry.heard(A, 0)).isEqualTo(Hearing.NEW);
        assertThat(registry.heard(fuller, 1_000)).isEqualTo(Hearing.KNOWN);
        assertThat(registry.nodes()).containsExactly(fuller);
    }

    @Test
    void nodesAreSortedByName() {
        NodeStatus twin = node("uid-0", "b_8000");
        registry.heard(B, 0);
        registry.heard(twin, 0);
        registry.heard(A, 0);

        assertThat(registry.nodes()).containsExactly(A, twin, B);
        assertThat(registry.size()).isEqualTo(3);
    }

    @Test
    void aSilentNodeIsGoneAndBackWhenItSpeaks() {
        registry.heard(A, 0);
        registry.heard(B, 1);

        assertThat(registry.expire(NodeRegistry.SILENCE_MILLIS - 1)).isEmpty();
        assertThat(registry.expire(NodeRegistry.SILENCE_MILLIS)).containsExactly(A);
        assertThat(registry.nodes()).containsExactly(B);
        assertThat(registry.heard(A, 60_000)).isEqualTo(Hearing.NEW);
        assertThat(registry.nodes()).containsExactly(A, B);
    }

    @Test
    void aNodeThatHazelcastGaveUpIsGoneAtOnceAndBackWhenItSpeaksLater() {
        registry.heard(A, 0);

        assertThat(registry.departed("uid-a", 100)).isEqualTo(A);
        assertThat(registry.nodes()).isEmpty();
        assertThat(registry.heard(A, 100 + NodeRegistry.DEPARTURE_MILLIS)).isEqualTo(Hearing.NEW);
        assertThat(registry.heard(A, 101 + NodeRegistry.DEPARTURE_MILLIS)).isEqualTo(Hearing.KNOWN);
    }

    @Test
    void whatADeadNodeSaidBeforeItDiedDoesNotBringItBack() {
        registry.heard(A, 0);
        registry.departed("uid-a", 100);

        assertThat(registry.heard(A, 99 + NodeRegistry.DEPARTURE_MILLIS)).isEqualTo(Hearing.LATE);
        assertThat(registry.nodes()).isEmpty();
    }

    @Test
    void aNodeThatSaysGoodbyeIsGoneAtOnce() {
        registry.heard(A, 0);

        assertThat(registry.saidGoodbye("uid-a")).isEqualTo(A);
        assertThat(registry.saidGoodbye("uid-a")).isNull();
        assertThat(registry.nodes()).isEmpty();
    }

    @Test
    void whoIsNotKnownMayLeaveToo() {
        assertThat(registry.departed("uid-a", 0)).isNull();
        assertThat(registry.saidGoodbye("uid-b")).isNull();
        assertThat(registry.expire(60_000)).isEmpty();
    }

    @Test
    void strangersCanNeitherFillItNorPushAnybodyOut() {
        registry.heard(A, 0);
        for (int i = 1; i < NodeRegistry.MAX_NODES; i++) {
            assertThat(registry.heard(node("stranger-" + i, "s"), 0)).isEqualTo(Hearing.NEW);
        }

        assertThat(registry.heard(B, 1)).isEqualTo(Hearing.FULL);
        assertThat(registry.heard(A, 1)).isEqualTo(Hearing.KNOWN);
        assertThat(registry.size()).isEqualTo(NodeRegistry.MAX_NODES);

        assertThat(registry.expire(NodeRegistry.SILENCE_MILLIS)).hasSize(NodeRegistry.MAX_NODES - 1);
        assertThat(registry.heard(B, NodeRegistry.SILENCE_MILLIS)).isEqualTo(Hearing.NEW);
    }
}
