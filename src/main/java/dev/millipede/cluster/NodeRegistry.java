package dev.millipede.cluster;

import dev.millipede.bus.NodeRecord.NodeStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes, as far as they were heard of lately: what they say of themselves makes them, silence unmakes them.
 * Nobody has to agree, so that a split and its end need nothing done. Confined to one thread; times are milliseconds of
 * any clock that does not jump.
 */
final class NodeRegistry {
    /** A node that has not been heard for so long is gone: five of its announcements. */
    static final long SILENCE_MILLIS = 5_000;

    /** After Hazelcast said that a node left, what was still under way from it counts for nothing for so long. */
    static final long DEPARTURE_MILLIS = 1_000;

    /** Nodes kept at the most; a cluster is a handful. */
    static final int MAX_NODES = 256;

    private static final Comparator<NodeStatus> BY_NAME =
            Comparator.comparing(NodeStatus::name).thenComparing(NodeStatus::uid);

    private record Heard(NodeStatus status, long at) {}

    private final Map<String, Heard> nodes = new HashMap<>();
    private final Map<String, Long> departures = new HashMap<>();

    /** What became of an announcement. */
    enum Hearing {
        NEW,
        KNOWN,
        /** It left a moment ago, and this is what it said before. */
        LATE,
        /** There are {@link #MAX_NODES} others. */
        FULL
    }

    Hearing heard(NodeStatus status, long now) {
        Long departed = departures.get(status.uid());
        if (departed != null && now - departed < DEPARTURE_MILLIS) {
            return Hearing.LATE;
        }
        departures.remove(status.uid());
        if (!nodes.containsKey(status.uid()) && nodes.size() >= MAX_NODES) {
            return Hearing.FULL;
        }
        return nodes.put(status.uid(), new Heard(status, now)) == null ? Hearing.NEW : Hearing.KNOWN;
    }

    /**
     * Hazelcast has given a member up: it is dropped at once, without waiting for its silence. If it lives, it will be
     * heard again.
     *
     * @return what was known of it, null: nothing
     */
    @Nullable
    NodeStatus departed(String uid, long now) {
        if (departures.size() < MAX_NODES) {
            departures.put(uid, now);
        }
        return saidGoodbye(uid);
    }

    /** It stops, by its own word; returns what was known of it, null: nothing. */
    @Nullable
    NodeStatus saidGoodbye(String uid) {
        Heard known = nodes.remove(uid);
        return known == null ? null : known.status;
    }

    /** Drops the silent ones and returns them. */
    List<NodeStatus> expire(long now) {
        departures.values().removeIf(at -> now - at >= DEPARTURE_MILLIS);
        List<NodeStatus> silent = new ArrayList<>();
        for (Iterator<Heard> each = nodes.values().iterator(); each.hasNext(); ) {
            Heard heard = each.next();
            if (now - heard.at >= SILENCE_MILLIS) {
                silent.add(heard.status);
                each.remove();
            }
        }
        return silent;
    }

    /** Those known, by name. */
    List<NodeStatus> nodes() {
        return nodes.values().stream().map(Heard::status).sorted(BY_NAME).toList();
    }

    int size() {
        return nodes.size();
    }
}
