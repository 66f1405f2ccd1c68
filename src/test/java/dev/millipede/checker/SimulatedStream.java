package dev.millipede.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A channel in Redis: its stream and who listens. Deterministic; confined to the simulation's thread. */
final class SimulatedStream {
    private final Set<Mechanism> off;
    private final List<Entry> entries = new ArrayList<>();
    private final List<SimulatedNode> listeners = new ArrayList<>();
    private String epoch = "epoch0";
    private long top;
    private int epochs;
    private int marks;

    /** A publication that is stored; the mark tells it from another one at the same place. */
    record Entry(String epoch, long offset, int mark, long id) {
        Place place() {
            return new Place(epoch, offset);
        }
    }

    /** What a node knows of the stream. */
    record Known(String epoch, long offset, int mark) {}

    /** What came after an offset, and where the stream is. */
    record Page(Known top, List<Entry> entries) {}

    SimulatedStream(Set<Mechanism> off) {
        this.off = off;
    }

    void listen(SimulatedNode node) {
        listeners.add(node);
    }

    void forget(SimulatedNode node) {
        listeners.remove(node);
    }

    Place place() {
        return new Place(epoch, top);
    }

    /** Takes the next offset. */
    long reserve(Known known) {
        check(known);
        return ++top;
    }

    /** Stores a publication at an offset that was taken, and sends it. */
    Entry store(long offset, long id) {
        Entry entry = new Entry(epoch, offset, ++marks, id);
        entries.add(entry);
        listeners.forEach(node -> node.queue().add(entry));
        return entry;
    }

    /** What came after a position of a node's. */
    Page after(Known known) {
        check(known);
        return known.epoch.equals(epoch) ? page(known.offset) : new Page(topmost(), List.of());
    }

    /** What came after an offset, and no questions asked. */
    Page page(long offset) {
        return new Page(
                topmost(),
                entries.stream().filter(entry -> entry.offset > offset).toList());
    }

    private Known topmost() {
        return new Known(epoch, top, markAt(top));
    }

    private int markAt(long offset) {
        return entries.stream()
                .filter(entry -> entry.offset == offset)
                .mapToInt(Entry::mark)
                .findFirst()
                .orElse(0);
    }

    private void check(Known known) {
        if (off.contains(Mechanism.REWIND_CHECK) || !known.epoch.equals(epoch)) {
            return;
        }
        if (top < known.offset || (known.offset > 0 && markAt(known.offset) != known.mark)) {
            epoch = "epoch" + ++epochs;
            entries.clear();
        }
    }

    /** Loses its last publications. */
    void rewind(int count) {
        int keep = Math.max(0, entries.size() - count);
        top -= entries.size() - keep;
        entries.subList(keep, entries.size()).clear();
    }
}
