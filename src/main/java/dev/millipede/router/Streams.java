package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.metrics.Metrics;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.router.RoutingTable.Route;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/** What the streams of all channels share, and those among them that wait for time to pass. Confined to the router's event loop. */
final class Streams {
    /** How often {@link #tick} is to be called, in milliseconds. */
    static final long TICK_MILLIS = 100;

    final Broker broker;
    final Deliveries deliveries;
    final Metrics metrics;
    final RecoveryConfig config;
    final CatchingUp catchingUp = new CatchingUp();
    final Shelf shelf = new Shelf();
    private final LongSupplier millis;
    private boolean away;
    private Set<Stream> watched = new LinkedHashSet<>();

    /** @param millis a monotonic clock */
    Streams(Broker broker, Deliveries deliveries, Metrics metrics, RecoveryConfig config, LongSupplier millis) {
        this.broker = broker;
        this.deliveries = deliveries;
        this.metrics = metrics;
        this.config = config;
        this.millis = millis;
    }

    /** The stream of a channel that keeps history. */
    Stream open(Route route) {
        return new Stream(route, this);
    }

    /** Milliseconds of a monotonic clock. */
    long now() {
        return millis.getAsLong();
    }

    /** Has the stream called until nothing there waits. */
    void watch(Stream stream) {
        watched.add(stream);
    }

    /** The backplane is lost. */
    void lost() {
        away = true;
        watched.forEach(Stream::lost);
    }

    /** The backplane is there again. */
    void restored() {
        away = false;
    }

    boolean isAway() {
        return away;
    }

    /** Goes on with what waits for time to pass; what one stream throws keeps no other from its turn. */
    void tick() {
        long now = now();
        Set<Stream> due = watched;
        watched = new LinkedHashSet<>();
        RuntimeException thrown = null;
        for (Stream stream : due) {
            try {
                if (stream.tick(now)) {
                    watched.add(stream);
                }
            } catch (RuntimeException e) {
                watched.add(stream);
                thrown = e;
            }
        }
        catchingUp.tick();
        if (thrown != null) {
            throw thrown;
        }
    }
}
