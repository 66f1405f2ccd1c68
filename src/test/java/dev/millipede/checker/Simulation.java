package dev.millipede.checker;

import dev.millipede.checker.SimulatedStream.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Redis, nodes and clients of one channel in one thread, whose steps come in an order that a seed decides, with
 * connections that break and, where asked for, a Redis that loses its last publications. One use each.
 */
final class Simulation {
    private static final int NODES = 3;
    private static final int CLIENTS = 6;
    private static final int PUBLISHERS = 4;
    private static final int STEPS = 1_500;
    private static final int SETTLING = 3_000;

    private final Random random;
    private final Set<Mechanism> off;
    private final boolean rewinds;
    private final SimulatedStream stream;
    private final List<SimulatedNode> nodes;
    private final List<SimulatedClient> clients;
    private final long[] reserved = new long[PUBLISHERS];
    private final int[] numbers = new int[PUBLISHERS];
    private final List<Sent> sent = new ArrayList<>();

    Simulation(long seed, Set<Mechanism> off, boolean rewinds) {
        this.random = new Random(seed);
        this.off = off;
        this.rewinds = rewinds;
        this.stream = new SimulatedStream(off);
        this.nodes = IntStream.range(0, NODES)
                .mapToObj(i -> new SimulatedNode(stream, off))
                .toList();
        this.clients = IntStream.range(0, CLIENTS)
                .mapToObj(i -> new SimulatedClient("client" + i))
                .toList();
    }

    /** All that was sent and heard. */
    ChannelRun run() {
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        for (int i = 0; i < PUBLISHERS; i++) {
            if (reserved[i] > 0) {
                publish(i);
            }
        }
        settle();
        return new ChannelRun(
                "simulated", sent, clients.stream().map(SimulatedClient::log).toList(), stream.place());
    }

    private void step() {
        int dice = random.nextInt(1_000);
        if (dice < 200) {
            publish(random.nextInt(PUBLISHERS));
        } else if (dice < 206) {
            anyNode().lose();
        } else if (dice < 216) {
            clients.get(random.nextInt(CLIENTS)).disconnect();
        } else if (dice < 218 && rewinds) {
            rewind();
        } else {
            goOn();
        }
    }

    private SimulatedNode anyNode() {
        return nodes.get(random.nextInt(NODES));
    }

    /** A step of somebody who has something to do, perhaps. */
    private void goOn() {
        SimulatedNode node = anyNode();
        switch (random.nextInt(6)) {
            case 0, 1 -> node.hear();
            case 2 -> node.read();
            case 3 -> node.answered();
            case 4 -> node.goOnJoining(random.nextInt(CLIENTS));
            default -> comeBack(node);
        }
    }

    private void comeBack(SimulatedNode node) {
        if (!node.isConnected()) {
            node.connect();
        }
        SimulatedClient client = clients.get(random.nextInt(CLIENTS));
        if (client.node() == null) {
            client.connect(anyNode());
        }
    }

    private void publish(int publisher) {
        SimulatedNode node = nodes.get(publisher % NODES);
        if (reserved[publisher] == 0) {
            reserved[publisher] = stream.reserve(node.known());
            if (off.contains(Mechanism.ATOMIC_OFFSET)) {
                return;
            }
        }
        long id = Ids.of(publisher, ++numbers[publisher]);
        Entry entry = stream.store(reserved[publisher], id);
        reserved[publisher] = 0;
        sent.add(Sent.acknowledged(id, entry.epoch(), entry.offset()));
    }

    /** All nodes have seen all when Redis dies; it comes back with less. */
    private void rewind() {
        settle();
        nodes.forEach(SimulatedNode::lose);
        stream.rewind(1 + random.nextInt(5));
    }

    private void settle() {
        for (int i = 0; i < SETTLING && !isSettled(); i++) {
            goOn();
        }
    }

    private boolean isSettled() {
        return nodes.stream().allMatch(SimulatedNode::isQuiet)
                && clients.stream().allMatch(each -> each.node() != null);
    }
}
