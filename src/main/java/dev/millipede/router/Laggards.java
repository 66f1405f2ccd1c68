package dev.millipede.router;

import dev.millipede.channel.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The instances that have not been sent all of one channel. Confined to the router's event loop. */
final class Laggards {
    private final Stream stream;
    private final List<Lag> lags = new ArrayList<>(1);

    Laggards(Stream stream) {
        this.stream = stream;
    }

    /** An instance could not take what comes after an offset. */
    Lag add(int instance, long sent) {
        Lag lag = new Lag(stream, instance, sent);
        lags.add(lag);
        stream.route.behind |= 1L << instance;
        stream.streams.metrics.lagBegan();
        stream.streams.catchingUp.add(lag);
        return lag;
    }

    void behind(int instance, boolean behind) {
        Lag lag = of(instance);
        if (lag == null && behind) {
            lag = add(instance, stream.position().offset());
        }
        if (lag != null) {
            lag.behind(behind);
        }
        endIfEmpty();
    }

    private @Nullable Lag of(int instance) {
        for (Lag lag : lags) {
            if (lag.instance == instance) {
                return lag;
            }
        }
        return null;
    }

    Position standing(int instance) {
        Lag lag = of(instance);
        Position at = stream.position();
        return lag == null || lag.sent() == at.offset() ? at : new Position(at.epoch(), lag.sent());
    }

    /** All instances are told to go on from a position: those behind have nothing to catch up with. */
    void positionLost(Position top) {
        for (Lag lag : List.copyOf(lags)) {
            lag.goOnFrom(top.offset());
        }
    }

    void remove(int instance) {
        Lag lag = of(instance);
        if (lag != null) {
            end(lag);
        }
    }

    /** The instance has been sent everything, or is no concern any more. */
    void end(Lag lag) {
        lag.over();
        lags.remove(lag);
        stream.route.behind &= ~(1L << lag.instance);
        stream.streams.metrics.lagEnded();
        endIfEmpty();
    }

    private void endIfEmpty() {
        if (lags.isEmpty()) {
            stream.noLaggards();
        }
    }
}
