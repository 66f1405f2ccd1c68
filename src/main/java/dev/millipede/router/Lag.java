package dev.millipede.router;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import dev.millipede.recovery.Continuation;
import dev.millipede.router.CatchingUp.Turn;
import java.util.List;

/**
 * One instance that has not been sent all of one channel, for want of budget or because it said so: it gets what it lacks,
 * alone, as soon as it can take it. Confined to the router's event loop.
 */
final class Lag {
    /** Publications in one read. */
    static final int PAGE = 128;

    final int instance;
    private final Stream stream;
    private long sent;
    private boolean behind;
    private boolean reading;
    private boolean over;

    /** @param sent offset of the last publication that it has been sent */
    Lag(Stream stream, int instance, long sent) {
        this.stream = stream;
        this.instance = instance;
        this.sent = sent;
    }

    long sent() {
        return sent;
    }

    /** Whether it says itself that it cannot take more of this channel. */
    void behind(boolean behind) {
        this.behind = behind;
        if (!behind) {
            stream.streams.catchingUp.ready(this);
        }
    }

    void over() {
        over = true;
    }

    /** Its position is lost and it has been told: there is nothing to catch up with. */
    void goOnFrom(long offset) {
        sent = offset;
    }

    /** Sends what is at hand and there is room for, or reads. */
    Turn goOn() {
        if (over || behind || reading) {
            return Turn.TAKEN;
        }
        Recent recent = stream.recent();
        if (!recent.covers(sent)) {
            read();
        } else if (send(recent.after(sent))) {
            stream.caughtUp(this);
        } else {
            return Turn.NO_ROOM;
        }
        return Turn.TAKEN;
    }

    private boolean send(List<Publication> publications) {
        for (Publication publication : publications) {
            if (!stream.streams.deliveries.offer(instance, stream.streams.deliveries.encode(publication))) {
                return false;
            }
            sent++;
        }
        return true;
    }

    private void read() {
        reading = true;
        Position at = stream.position();
        HistoryQuery query = new HistoryQuery(new Since(at.epoch(), sent), PAGE, false);
        stream.streams.catchingUp.read(this, stream.streams.broker.history(stream.route.channel, query));
    }

    /** A read has failed. */
    Turn notRead() {
        reading = false;
        return Turn.LATER;
    }

    /** Sends what a page has and there is room for. */
    Turn take(HistoryPage page) {
        reading = false;
        if (over || behind) {
            return Turn.TAKEN;
        }
        Position at = stream.position();
        if (!page.top().epoch().equals(at.epoch())) {
            return compare();
        }
        Continuation continuation = Continuation.of(new Position(at.epoch(), sent), page, PAGE);
        List<Publication> next = continuation.next();
        long here = at.offset() - sent;
        if (!send(next.subList(0, (int) Math.min(next.size(), here)))) {
            return Turn.NO_ROOM;
        }
        if (continuation.outcome() == Continuation.Outcome.LOST && sent < at.offset()) {
            stream.streams.metrics.positionLost(false);
            stream.tellLost(instance);
            sent = at.offset();
        } else if (next.isEmpty() && !stream.recent().covers(sent)) {
            return compare();
        }
        return Turn.MORE;
    }

    /** The page does not go with what is known of the stream, which is to be looked at before this goes on. */
    private Turn compare() {
        stream.compare();
        return Turn.LATER;
    }
}
