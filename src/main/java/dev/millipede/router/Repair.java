package dev.millipede.router;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.recovery.Continuation;
import dev.millipede.recovery.Continuation.Outcome;
import dev.millipede.recovery.Settlement;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a channel's stream goes on, for as long as that is in doubt, and holds what comes meanwhile: one read at a time,
 * tried again when it fails, until everything held has gone on or is known to be over. Confined to the router's event loop.
 *
 * <p>Its states, of which each asks for a read; when none holds, it ends:
 *
 * <table>
 * <caption>What is asked, and what an answer that does not follow means</caption>
 * <tr><th>state</th><th>what comes by itself</th><th>asked with</th><th>a page that does not follow</th></tr>
 * <tr><td>nothing is known yet ({@code at} is null)</td><td>is held</td><td>where the stream stands</td><td>cannot be</td></tr>
 * <tr><td>{@code doubtful}: something came that does not follow</td><td>is held</td><td>the position of now</td>
 *     <td>the position is lost</td></tr>
 * <tr><td>{@code rewound}, which is doubtful too</td><td>is held</td><td>an offset no stream has, for a new epoch</td>
 *     <td>the position is lost</td></tr>
 * <tr><td>{@code unverified}: the connection broke</td><td>goes on</td><td>the position before it broke</td>
 *     <td>the position is lost</td></tr>
 * <tr><td>somebody is {@code waiting}, no more</td><td>goes on</td><td>the position of now</td>
 *     <td>what is missing is {@code onTheWay}: nothing on a connection that stands is lost because a read was faster</td></tr>
 * <tr><td>{@code onTheWay}</td><td>goes on</td><td>nothing for a moment, then the position of now, unless that is there</td>
 *     <td>the position is lost</td></tr>
 * </table>
 */
final class Repair {
    /** Publications in one read. */
    static final int PAGE = 256;

    /** How long somebody waits for a comparison, in milliseconds. */
    static final long PATIENCE_MILLIS = 3_000;

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    /** No stream gets this far: the largest offset that every part of the backplane can compare. */
    private static final long BEYOND = (1L << 53) - 1;

    /** The shortest publication costs as much. */
    private static final int OVERHEAD = 128;

    private final Stream stream;
    private List<Publication> held = new ArrayList<>(0);
    private int heldBytes;

    /** Something that came was not held, for want of room; the read under way may not have it. */
    private boolean forgotten;

    /** An epoch in which the backplane gives offsets again: the stream needs another one, whatever it holds by now. */
    private @Nullable String rewound;

    /** Something came that does not follow, and it is not known yet how that is. */
    private boolean doubtful;

    private boolean wanted;
    private boolean running;
    private boolean found;

    /** What was asked, while the answer is awaited. */
    private @Nullable Question question;

    private final List<Waiting> waiting = new ArrayList<>(1);

    /** What a page had and the connection, which stands, has yet to bring; null when nothing. */
    private @Nullable OnTheWay onTheWay;

    private long pause;
    private long due;

    /** Who waits for a comparison that is begun after their question. */
    private record Waiting(Promise<Void> promise, long due) {}

    /**
     * A page that did not follow, though nothing was in doubt.
     *
     * @param top of the page: what instances are sent gets there by itself
     * @param waiting who waits for just that
     */
    private record OnTheWay(Position top, List<Waiting> waiting) {}

    /** What became of a page. */
    private enum Taken {
        ALL,
        /** There is more to be read. */
        MORE,
        /** It is to be seen whether the rest comes by itself. */
        LATER
    }

    /** A read under way. */
    private static final class Question {
        /** How many of those held came before it. */
        int before;

        /** From where on; null when it is asked where the stream stands. */
        final @Nullable Position known;

        /** The epoch that the stream must not have any more; null when there is none. */
        final @Nullable String beyond;

        /** Whether something may be missing between what was known and what has gone on since. */
        final boolean strict;

        /** Whether the connection has stood ever since. */
        boolean counts = true;

        final List<Waiting> waiting;

        Question(int before, @Nullable Position known, @Nullable String beyond, boolean strict, List<Waiting> waiting) {
            this.before = before;
            this.known = known;
            this.beyond = beyond;
            this.strict = strict;
            this.waiting = List.copyOf(waiting);
        }
    }

    Repair(Stream stream) {
        this.stream = stream;
    }

    /** Whether what comes next goes on as if nothing were. */
    boolean passes() {
        return !doubtful;
    }

    /** Something came that does not follow. */
    void doubt(Publication publication, boolean gap) {
        if (gap) {
            found();
        }
        doubtful = true;
        hold(publication);
        want();
    }

    /** Something came with an offset that had been given before. */
    void rewound(Publication publication) {
        rewind(stream.position().epoch());
        hold(publication);
        want();
    }

    private void rewind(String epoch) {
        if (!epoch.equals(rewound)) {
            stream.streams.metrics.rewindFound();
        }
        rewound = epoch;
        doubtful = true;
    }

    void hold(Publication publication) {
        int bytes = publication.data().length() + OVERHEAD;
        if (heldBytes + bytes > stream.streams.config.heldBytes()) {
            stream.streams.metrics.heldDropped(heldBytes + bytes);
            release(List.of());
            forgotten = true;
            if (question != null) {
                question.before = 0;
            }
        } else {
            held.add(publication);
            heldBytes += bytes;
        }
    }

    private void release(List<Publication> rest) {
        held = new ArrayList<>(rest);
        heldBytes = 0;
        for (Publication each : rest) {
            heldBytes += each.data().length() + OVERHEAD;
        }
    }

    Future<Void> compare() {
        Promise<Void> promise = Promise.promise();
        waiting.add(new Waiting(promise, stream.streams.now() + PATIENCE_MILLIS));
        want();
        return promise.future();
    }

    /** The connection broke: what is under way compares nothing, and who waits for that is not kept waiting. */
    void interrupted() {
        List<Waiting> all = new ArrayList<>(waiting);
        waiting.clear();
        if (question != null) {
            question.counts = false;
            all.addAll(question.waiting);
        }
        if (onTheWay != null) {
            all.addAll(onTheWay.waiting());
            onTheWay = null;
        }
        pause = 0;
        due = 0;
        all.forEach(each -> each.promise().tryFail("the backplane is lost"));
    }

    /** What comes while an answer is awaited is looked at then. */
    private void want() {
        if (question == null) {
            wanted = true;
            run();
        }
    }

    /** Whether there is anything to be asked. */
    private boolean isNeeded() {
        return doubtful || onTheWay != null || !waiting.isEmpty() || stream.isUnverified();
    }

    /** Answers may come at once: they must not begin another read inside this one. */
    private void run() {
        if (running) {
            return;
        }
        running = true;
        try {
            while (wanted && question == null && due == 0 && !stream.isClosed()) {
                ask();
            }
        } finally {
            running = false;
        }
        if (!wanted && question == null) {
            stream.repaired();
        }
    }

    private void ask() {
        wanted = false;
        forgotten = false;
        boolean strict = doubtful || stream.isUnverified();
        Question asked = new Question(held.size(), stream.askFrom(), rewound, strict, waiting);
        waiting.clear();
        rewound = null;
        question = asked;
        // Whatever is thrown is a failure like any other.
        Future.succeededFuture().compose(now -> read(asked)).onComplete(result -> {
            question = null;
            if (!stream.isClosed()) {
                answer(asked, result);
                run();
            }
        });
    }

    private void answer(Question asked, AsyncResult<HistoryPage> result) {
        boolean inside = running;
        running = true;
        boolean taken = false;
        try {
            answered(asked, result);
            taken = true;
        } finally {
            running = inside;
            if (!taken) {
                doubtful = true;
                again(asked);
            }
        }
    }

    /** Asks the same once more when some time has passed, if that is still of use. */
    private void again(Question asked) {
        rewound = rewound == null ? asked.beyond : rewound;
        if (asked.counts) {
            waiting.addAll(asked.waiting);
        }
        wanted = isNeeded();
        pause = pause == 0 ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        due = stream.streams.now() + pause;
    }

    private Future<HistoryPage> read(Question asked) {
        Position known = asked.known;
        if (known == null) {
            return stream.streams.broker.history(stream.route.channel, HistoryQuery.POSITION);
        }
        Position claimed = asked.beyond == null ? known : new Position(asked.beyond, BEYOND);
        return stream.streams.broker.after(stream.route.channel, claimed, PAGE);
    }

    private void answered(Question asked, AsyncResult<HistoryPage> result) {
        if (result.failed()) {
            again(asked);
            return;
        }
        pause = 0;
        HistoryPage page = result.result();
        Taken taken = takeIn(asked, page);
        if (taken == Taken.LATER) {
            onTheWay = new OnTheWay(page.top(), asked.waiting);
            wanted = true;
            due = stream.streams.now() + FIRST_PAUSE_MILLIS;
            return;
        }
        onTheWay = null;
        if (taken == Taken.MORE) {
            wanted = true;
            if (asked.counts) {
                waiting.addAll(asked.waiting);
            }
            if (asked.counts && rewound == null) {
                stream.verified();
            }
            return;
        }
        if (asked.counts) {
            stream.verified();
        }
        settle(page.top(), asked.before);
        asked.waiting.forEach(each -> each.promise().tryComplete());
    }

    /** Sends on what the page has. */
    private Taken takeIn(Question asked, HistoryPage page) {
        Position at = stream.positionOrNull();
        if (at == null || asked.known == null) {
            stream.begin(page.top());
            return Taken.ALL;
        }
        Continuation continuation = Continuation.of(at, page, PAGE);
        // What went on before this answer may not follow what was known then: the page tells, if it has all of it.
        boolean covered =
                !asked.strict || Continuation.of(asked.known, page, PAGE).outcome() != Outcome.LOST;
        if (!continuation.next().isEmpty()) {
            found();
            stream.streams.metrics.repaired(continuation.next().size());
            continuation.next().forEach(stream::advance);
            stream.read();
        }
        switch (covered ? continuation.outcome() : Outcome.LOST) {
            case COMPLETE -> {
                return Taken.ALL;
            }
            case MORE -> {
                return Taken.MORE;
            }
            case REWOUND -> {
                rewind(at.epoch());
                return Taken.MORE;
            }
            case LOST -> {
                return lost(asked, page.top());
            }
        }
        throw new AssertionError(continuation);
    }

    private Taken lost(Question asked, Position top) {
        boolean sameEpoch = top.epoch().equals(stream.position().epoch());
        if (!sameEpoch && stream.hasLeft(top.epoch())) {
            // It is what was saved long ago, and means other publications by the same offsets.
            rewind(top.epoch());
            return Taken.MORE;
        }
        if (sameEpoch && !asked.strict && !doubtful && (onTheWay == null || hasCome(onTheWay))) {
            // It may be on its way over the connection; where that broke, the comparison that follows tells.
            return Taken.LATER;
        }
        if (sameEpoch) {
            found();
        } else {
            rewound = null;
        }
        stream.lose(top);
        return Taken.ALL;
    }

    private boolean hasCome(OnTheWay what) {
        Position at = stream.position();
        return at.epoch().equals(what.top().epoch())
                && at.offset() >= what.top().offset();
    }

    private void settle(Position top, int before) {
        Settlement settlement = Settlement.of(stream.position(), top, held, before);
        release(settlement.inDoubt());
        settlement.next().forEach(stream::advance);
        if (settlement.rewound()) {
            rewind(stream.position().epoch());
        }
        doubtful = rewound != null || forgotten || !held.isEmpty();
        wanted |= isNeeded();
    }

    private void found() {
        if (!found) {
            found = true;
            stream.streams.metrics.gapFound();
        }
    }

    /** Tells those who have waited too long, and tries again when it is time and somebody still needs it. */
    void tick(long now) {
        List<Waiting> late = waiting.stream().filter(each -> each.due() <= now).toList();
        waiting.removeAll(late);
        late.forEach(each -> each.promise().tryFail("history could not be read"));
        if (due != 0 && due <= now) {
            due = 0;
            arrive();
        }
        if (question == null) {
            wanted = isNeeded();
            run();
        }
    }

    /** What was on its way has come, and who waited for that is told, or it is asked for again. */
    private void arrive() {
        OnTheWay expected = onTheWay;
        if (expected == null) {
            return;
        }
        if (hasCome(expected)) {
            onTheWay = null;
            expected.waiting().forEach(each -> each.promise().tryComplete());
        } else {
            onTheWay = new OnTheWay(expected.top(), List.of());
            waiting.addAll(expected.waiting());
        }
    }
}
