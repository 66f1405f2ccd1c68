package dev.millipede.backplane.memory;

import dev.millipede.backplane.Epochs;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one channel: its newest publications without a gap, and how far it has come. Confined to the event loop
 * of the router; times are milliseconds of a clock that never goes back.
 */
final class Stream {
    private String epoch;
    private long top;
    private long version;
    private String versionEpoch = "";
    private final Ring<Publication> kept = new Ring<>();
    private long keptUntil;
    private long knownUntil;

    Stream(String epoch) {
        this.epoch = epoch;
    }

    /** The same publication somewhere else. */
    static Publication at(@Nullable Position position, Publication publication) {
        return new Publication(
                publication.channel(), publication.data(), publication.info(), position, publication.tags());
    }

    Position top() {
        return new Position(epoch, top);
    }

    /** Lets go of what has expired; true when that is all of it. */
    boolean expire(long now) {
        if (now >= keptUntil) {
            kept.clear();
        }
        return now >= knownUntil;
    }

    /** It was read: the position is known for another while. */
    void renew(HistoryRules rules, long now) {
        knownUntil = Math.max(knownUntil, now + rules.metaTtl().toMillis());
    }

    /** Whether a state of this version is newer than the last one; if so it is the last one now. 0 always is. */
    boolean takes(long newVersion, String itsEpoch) {
        if (newVersion <= 0) {
            return true;
        }
        if (version >= newVersion && versionEpoch.equals(itsEpoch)) {
            return false;
        }
        version = newVersion;
        versionEpoch = itsEpoch;
        return true;
    }

    /** Keeps the publication and returns it with its position. */
    Publication append(Publication publication, HistoryRules rules, long now) {
        Publication positioned = at(new Position(epoch, ++top), publication);
        kept.add(positioned, rules.size());
        keptUntil = now + rules.ttl().toMillis();
        knownUntil = now + rules.metaTtl().toMillis();
        return positioned;
    }

    void clear() {
        kept.clear();
    }

    /** Publications kept. */
    int size() {
        return kept.size();
    }

    HistoryPage page(Channel channel, HistoryQuery query) {
        Since since = query.since();
        if (since != null && !since.isOf(epoch)) {
            return new HistoryPage(top(), List.of());
        }
        long oldest = top - kept.size() + 1;
        int limit = query.limit() < 0 ? Integer.MAX_VALUE : query.limit();
        if (query.reverse()) {
            long newest = since == null ? top : Math.min(top, since.offset() - 1);
            return slice(Math.max(oldest, newest - limit + 1), newest, true);
        }
        long first = since == null || since.offset() < oldest
                ? oldest
                : since.offset() >= top ? top + 1 : since.offset() + 1;
        return slice(first, Math.min(top, first + limit - 1), false);
    }

    /** As {@code Broker.after}: here nothing is ever lost, but whoever says so is believed. */
    HistoryPage after(Channel channel, Position known, int limit, Epochs epochs) {
        if (known.epoch().equals(epoch) && known.offset() > top) {
            epoch = epochs.next();
        }
        if (!known.epoch().equals(epoch)) {
            return new HistoryPage(top(), List.of());
        }
        return page(channel, new HistoryQuery(new Since(epoch, known.offset()), limit, false));
    }

    private HistoryPage slice(long first, long last, boolean reverse) {
        long oldest = top - kept.size() + 1;
        List<Publication> page = new ArrayList<>((int) Math.max(0, last - first + 1));
        for (long offset = reverse ? last : first; offset >= first && offset <= last; offset += reverse ? -1 : 1) {
            Publication publication = kept.get((int) (offset - oldest));
            Position position = publication.position();
            // One of before the epoch changed is of the new stream too.
            page.add(
                    position != null && position.epoch().equals(epoch)
                            ? publication
                            : at(new Position(epoch, offset), publication));
        }
        return new HistoryPage(top(), page);
    }
}
