package dev.millipede.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What members of a loop have counted. Confined to one thread at a time. */
final class LoopCounts {
    /** Subscribes that were confirmed. */
    int joined;

    /** Those after which it is certain what must arrive. */
    int certain;

    /** Publications that came. */
    int got;

    /** Those that had to come, and came. */
    int due;

    /** Those that had to come, and did not. */
    int missed;

    /** Those that did not come and did not have to: Redis, or its connection, was away. */
    int lost;

    /** Those that came twice. */
    int twice;

    /** Those that came after a higher one. */
    int late;

    /** Connections that the server ended. */
    int closed;

    /** Replies that are errors, by their code. */
    final Map<Integer, Integer> errors = new TreeMap<>();

    /** The first few messages that had no place where they came. */
    final List<String> unexpected = new ArrayList<>();

    void error(int code) {
        errors.merge(code, 1, Integer::sum);
    }

    void unexpected(String what) {
        if (unexpected.size() < 10) {
            unexpected.add(what);
        }
    }

    void add(LoopCounts other) {
        joined += other.joined;
        certain += other.certain;
        got += other.got;
        due += other.due;
        missed += other.missed;
        lost += other.lost;
        twice += other.twice;
        late += other.late;
        closed += other.closed;
        other.errors.forEach((code, count) -> errors.merge(code, count, Integer::sum));
        other.unexpected.forEach(this::unexpected);
    }

    @Override
    public String toString() {
        return "subscribed " + joined + ", certain " + certain + ", errors " + errors + ", publications got " + got
                + ", due " + due + ", missed " + missed + ", not due and lost " + lost + ", twice " + twice + ", late "
                + late + ", transports closed " + closed + ", unexpected " + unexpected;
    }
}
