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
    private long pause;
    private long due;

    /** Who waits for a comparison that is begun after their question. */
    private record Waiting(Promise<Void> promise, long due) {}

    /** A read under way. */
    private static final class Question {
        /** How many of those held came before it. */
        int before;

        /** From where on; null when it is asked where the stream stands. */
        final @Nullable Position known;

        /** The epoch that the stream must not have any more; null when there is none. */
        final @Nullable String beyond;

        /** Whether the connection has stood ever since. */
        boolean counts = true;

        final List<Waiting> waiting;

        Question(int before, @Nullable Position known, @Nullable String beyond, List<Waiting> waiting) {
            this.before = before;
            this.known = known;
            this.beyond = beyond;
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
        all.forEach(each -> each.promise().tryFail("the backplane is lost"));
    }

    /** What comes while an answer is awaited is looked at then. */
    private void want() {
        if (question == null) {
            wanted = true;
            run();
        }
    }

    /** Answers may come at once: they must not begin another read inside this one. */
    private void run() {
        if (running) {
            return;
        }
        running = true;
        while (wanted && question == null && due == 0 && !stream.isClosed()) {
            ask();
        }
        running = false;
        if (!wanted && question == null) {
            stream.repaired();
        }
    }

    private void ask() {
        wanted = false;
        forgotten = false;
        Question asked = new Question(held.size(), stream.known(), rewound, waiting);
        waiting.clear();
        rewound = null;
        question = asked;
        read(asked).onComplete(result -> {
            question = null;
            if (!stream.isClosed()) {
                boolean inside = running;
                running = true;
                answered(asked, result);
                running = inside;
                run();
            }
        });
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
            rewound = rewound == null ? asked.beyond : rewound;
            if (asked.counts) {
                waiting.addAll(asked.waiting);
            }
            wanted = true;
            pause = pause == 0 ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            due = stream.streams.now() + pause;
            return;
        }
        pause = 0;
        HistoryPage page = result.result();
        if (!takeIn(asked, page)) {
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

    /** Sends on what the page has; false when that is not all. */
    private boolean takeIn(Question asked, HistoryPage page) {
        Position at = stream.positionOrNull();
        if (at == null || asked.known == null) {
            stream.begin(page.top());
            return true;
        }
        boolean sameEpoch = page.top().epoch().equals(at.epoch());
        Continuation continuation = Continuation.of(at, page, PAGE);
        boolean covered = Continuation.of(asked.known, page, PAGE).outcome() != Outcome.LOST;
        if (!continuation.next().isEmpty()) {
            found();
            stream.streams.metrics.repaired(continuation.next().size());
            continuation.next().forEach(stream::advance);
        }
        // What went on before this answer follows what was known only if the page has all of it.
        switch (covered ? continuation.outcome() : Outcome.LOST) {
            case COMPLETE -> {
                return true;
            }
            case MORE -> {
                return false;
            }
            case REWOUND -> {
                rewind(at.epoch());
                return false;
            }
            case LOST -> {
                if (!sameEpoch && stream.hasLeft(page.top().epoch())) {
                    // It is what was saved long ago, and means other publications by the same offsets.
                    rewind(page.top().epoch());
                    return false;
                }
                if (sameEpoch) {
                    found();
                } else {
                    rewound = null;
                }
                // More may have come by itself since the page was read.
                boolean ahead =
                        sameEpoch && stream.position().offset() > page.top().offset();
                stream.lose(ahead ? stream.position() : page.top());
                return true;
            }
        }
        throw new AssertionError(continuation);
    }

    private void settle(Position top, int before) {
        Settlement settlement = Settlement.of(stream.position(), top, held, before);
        release(settlement.inDoubt());
        settlement.next().forEach(stream::advance);
        if (settlement.rewound()) {
            rewind(stream.position().epoch());
        }
        doubtful = rewound != null || forgotten || !held.isEmpty();
        wanted |= doubtful || !waiting.isEmpty();
    }

    private void found() {
        if (!found) {
            found = true;
            stream.streams.metrics.gapFound();
        }
    }

    /** Tries again when it is time, and tells those who have waited too long. */
    void tick(long now) {
        if (due != 0 && due <= now) {
            due = 0;
            run();
        }
        if (!waiting.isEmpty()) {
            List<Waiting> late =
                    waiting.stream().filter(each -> each.due() <= now).toList();
            waiting.removeAll(late);
            late.forEach(each -> each.promise().tryFail("history could not be read"));
        }
    }
}
