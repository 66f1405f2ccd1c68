package dev.millipede.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** The meters of channels that keep history. Safe on any thread. */
final class StreamMeters {
    final Counter gaps;
    final Counter repaired;
    final Counter lostByHistory;
    final Counter lostByEpoch;
    final Counter rewinds;
    final Counter recoveryReads;
    final Counter recovered;
    final Counter notRecovered;
    final Counter recoveryRefused;
    final Counter heldDropped;
    final Counter lags;
    final LongAdder lagging = new LongAdder();

    StreamMeters(MeterRegistry registry) {
        gaps = counter(registry, "millipede.gaps", "Times publications of a channel with history were missing");
        repaired = counter(registry, "millipede.gaps.repaired", "Missing publications that were read from history");
        String lost = "Times a channel went on without what came before, by what had happened to that";
        lostByHistory = counter(registry, "millipede.positions.lost", lost, "cause", "history");
        lostByEpoch = counter(registry, "millipede.positions.lost", lost, "cause", "epoch");
        rewinds = counter(registry, "millipede.rewinds", "Times the backplane gave an offset of a channel again");
        recoveryReads = counter(registry, "millipede.recovery.reads", "Reads of history for those who came back");
        String recoveries = "Subscriptions that came back, by whether they have missed nothing now";
        recovered = counter(registry, "millipede.recoveries", recoveries, "recovered", "yes");
        notRecovered = counter(registry, "millipede.recoveries", recoveries, "recovered", "no");
        recoveryRefused = counter(registry, "millipede.recoveries", recoveries, "recovered", "refused");
        heldDropped = Counter.builder("millipede.held.dropped")
                .description("Bytes of publications held for a channel in doubt, given up and read again")
                .baseUnit("bytes")
                .register(registry);
        lags = counter(registry, "millipede.lags", "Times an instance could not take all of a channel with history");
        Gauge.builder("millipede.lagging", lagging, LongAdder::doubleValue)
                .description("Instances that have not been sent all of a channel with history, once for each channel")
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String name, String help, String... labels) {
        return Counter.builder(name).description(help).tags(labels).register(registry);
    }
}
