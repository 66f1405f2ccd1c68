package dev.millipede.router;

import dev.millipede.bus.Envelopes;
import dev.millipede.channel.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest publications of one channel, without a hole up to where its stream stands: kept while somebody needs them and a
 * second longer, so that all who come back in that time share one read and the same bytes. Confined to the router's event
 * loop.
 */
final class Recent {
    /** How long it is kept after somebody needed it, in milliseconds. */
    static final long KEPT_MILLIS = 1_000;

    /** What one costs beside its data, in bytes. */
    private static final int OVERHEAD = 256;

    private final Stream stream;
    private final Streams streams;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    /** Of data. */
    private long bytes;

    /** Offset before the first one. */
    private long before;

    /** Nothing up to this offset is kept by the backplane. */
    private long floor;

    private long until;

    /** How many have been given something of it. */
    private int users;

    /** What was last made of all entries; null when they have changed. */
    private @Nullable List<Envelopes> bodies;

    private static final class Entry {
        final Publication publication;
        private @Nullable Envelopes body;

        Entry(Publication publication) {
            this.publication = publication;
        }
    }

    /** @param offset of the last publication before those it will have */
    Recent(Stream stream, long offset) {
        this.stream = stream;
        this.streams = stream.streams;
        this.before = offset;
    }

    /** Somebody needs it now. */
    void use() {
        until = streams.now() + KEPT_MILLIS;
        streams.shelf.use(this);
    }

    /** Somebody is given what they need of it. */
    void given() {
        users++;
    }

    /** Whether more than one has been given something: others will come. */
    boolean isShared() {
        return users > 1;
    }

    /** What it costs, roughly, in bytes: each is there as it came and, sooner or later, as it is sent. */
    long size() {
        return 2 * bytes + (long) OVERHEAD * entries.size();
    }

    /** There is no more room for it. */
    void drop() {
        stream.dropRecent();
    }

    boolean isOver(long now) {
        return until <= now;
    }

    /** The stream has gone on. */
    void add(Publication publication) {
        long size = size();
        entries.addLast(new Entry(publication));
        bytes += publication.data().length();
        bodies = null;
        cut();
        streams.shelf.resize(this, size() - size);
    }

    /** Adds what stands right before all it has; more than may be kept, until it is trimmed. */
    void prepend(List<Publication> earlier) {
        long size = size();
        for (int i = earlier.size() - 1; i >= 0; i--) {
            entries.addFirst(new Entry(earlier.get(i)));
            bytes += earlier.get(i).data().length();
        }
        before -= earlier.size();
        bodies = null;
        streams.shelf.resize(this, size() - size);
    }

    /** Gives up the oldest that are beyond the bounds. */
    void trim() {
        long size = size();
        cut();
        streams.shelf.resize(this, size() - size);
    }

    private void cut() {
        while (bytes > streams.config.heldBytes() || entries.size() > streams.config.maxPublications()) {
            bytes -= entries.removeFirst().publication.data().length();
            before++;
            bodies = null;
        }
    }

    /** Whether it has all that comes after an offset. */
    boolean covers(long offset) {
        return offset >= before;
    }

    /** The offset of the first one; one more than the stream's when it has none. */
    long first() {
        return before + 1;
    }

    /** Nothing up to this offset can be had. */
    void floor(long offset) {
        floor = Math.max(floor, offset);
    }

    /** Whether something that comes after an offset can be had nowhere. */
    boolean isLost(long offset) {
        return offset < floor;
    }

    /** So many after an offset, which it must cover. */
    List<Publication> after(long offset, int limit) {
        return entries.stream()
                .skip(offset - before)
                .limit(limit)
                .map(entry -> entry.publication)
                .toList();
    }

    /** The bodies of those after an offset, which it must cover, up to another; a view that does not change. */
    List<Envelopes> bodies(long from, long to) {
        if (bodies == null) {
            List<Envelopes> all = new ArrayList<>(entries.size());
            for (Entry entry : entries) {
                if (entry.body == null) {
                    entry.body = streams.deliveries.encodeBody(entry.publication);
                }
                all.add(entry.body);
            }
            bodies = List.copyOf(all);
        }
        return bodies.subList((int) (from - before), (int) (to - before));
    }
}
