package dev.millipede.websocket;

import java.util.Iterator;
import java.util.function.Consumer;

/**
 * Looks at every connection of an instance, in slices between which the loop looks at its sockets. Confined to the event loop
 * of its WebSocketVerticle.
 */
final class Sweep {
    private static final int CLOCK_EVERY = 64;

    private final Instance instance;
    private final Loop loop;

    Sweep(Instance instance, Loop loop) {
        this.instance = instance;
        this.loop = loop;
    }

    /** Visits all that are open when their turn comes; those that come meanwhile are left out. */
    void visit(Consumer<Connection> visitor, Runnable done) {
        slice(instance.heartbeat.all().iterator(), visitor, done);
    }

    private void slice(Iterator<Connection> left, Consumer<Connection> visitor, Runnable done) {
        long start = loop.nanoTime().getAsLong();
        int visited = 0;
        while (left.hasNext()) {
            Connection connection = left.next();
            if (connection.isOpen()) {
                instance.guarded(connection, () -> visitor.accept(connection));
            }
            if (++visited % CLOCK_EVERY == 0 && loop.nanoTime().getAsLong() - start >= FanOut.SLICE_NANOS) {
                loop.turns().afterIo(() -> slice(left, visitor, done));
                return;
            }
        }
        done.run();
    }
}
