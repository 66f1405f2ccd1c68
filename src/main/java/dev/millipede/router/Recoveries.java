package dev.millipede.router;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.recovery.Continuation;
import dev.millipede.recovery.Earlier;
import dev.millipede.recovery.Missed;
import io.vertx.core.AsyncResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Tells those who come back to one channel what they missed. Who asks while history is read shares that read or the next
 * one, and there are few of these. Confined to the router's event loop.
 */
final class Recoveries {
    /** How long somebody waits for an answer, in milliseconds. */
    static final long PATIENCE_MILLIS = 3_000;

    /**
     * From one read to the next at least, and from one comparison to the next, in milliseconds: 5,000 who come within seconds
     * cost few.
     */
    static final long PAUSE_MILLIS = 100;

    private static final long NONE = -1;

    private final Stream stream;
    private final Streams streams;
    private final List<Ask> asks = new ArrayList<>();

    /** Who has seen more than instances were sent, the least first; those answered meanwhile too. */
    private final PriorityQueue<Ask> ahead =
            new PriorityQueue<>(Comparator.comparingLong(ask -> ask.since().offset()));

    /** Who waits for a comparison that has not begun. */
    private List<Ask> uncompared = new ArrayList<>(1);

    private boolean reading;
    private boolean reviewing;
    private long nextRead;
    private long nextComparison;

    private static final class Ask {
        final Recover recover;
        final long due;
        boolean comparing;
        boolean compared;
        boolean answered;

        /** What must be read for it, after this offset; {@link #NONE} when it waits for something else. */
        long missing = NONE;

        Ask(Recover recover, long due) {
            this.recover = recover;
            this.due = due;
        }

        Since since() {
            return recover.since();
        }
    }

    Recoveries(Stream stream) {
        this.stream = stream;
        this.streams = stream.streams;
    }

    void ask(Recover recover) {
        Ask ask = new Ask(recover, streams.now() + PATIENCE_MILLIS);
        review(ask);
        if (streams.isAway()) {
            refuse(ask);
        }
        if (!ask.answered) {
            asks.add(ask);
            compare();
            readFor(ask);
        }
        stream.dropUnshared();
    }

    /** Whether anybody waits for an answer. */
    boolean isAwaited() {
        return !asks.isEmpty();
    }

    /** Nobody is kept waiting for a backplane that is away. */
    void refuseAll() {
        asks.forEach(this::refuse);
        forgetAnswered();
    }

    /** The instance does not listen any more: nobody there waits. */
    void left(int instance) {
        for (Ask ask : asks) {
            // A comparison may be under way for it.
            ask.answered |= ask.recover.instance() == instance;
        }
        forgetAnswered();
    }

    /** The stream has gone on: answers who has waited for that. */
    void advanced() {
        long offset = stream.position().offset();
        Ask next = ahead.peek();
        while (next != null && (next.answered || next.since().offset() <= offset)) {
            ahead.remove();
            review(next);
            next = ahead.peek();
        }
    }

    /** Something else has changed: answers whom it can. */
    void review() {
        // An answer that comes at once must not begin another walk inside this one.
        if (reviewing) {
            return;
        }
        reviewing = true;
        try {
            asks.forEach(this::review);
        } finally {
            reviewing = false;
            forgetAnswered();
        }
        compare();
    }

    private void forgetAnswered() {
        if (!reviewing) {
            asks.removeIf(ask -> ask.answered);
            ahead.removeIf(ask -> ask.answered);
            uncompared.removeIf(ask -> ask.answered);
        }
    }

    private void review(Ask ask) {
        if (ask.answered) {
            return;
        }
        int instance = ask.recover.instance();
        Since since = ask.since();
        Position at = stream.position();
        Position standing = stream.standing(instance);
        ask.missing = NONE;
        if (since.isOf(at.epoch()) && since.offset() > standing.offset() && since.offset() <= at.offset()) {
            // The instance lags; it will get there.
            return;
        }
        Missed missed = Missed.of(
                since,
                standing,
                ask.compared,
                stream.route.channel.namespace().history().recovery(),
                streams.config.maxPublications());
        switch (missed.verdict()) {
            case NOTHING -> answer(ask, standing, true, List.of());
            case TOO_MUCH -> answer(ask, standing, false, List.of());
            case UNKNOWN -> unknown(ask);
            case SOME -> give(ask, standing, at, missed.from());
        }
    }

    private void unknown(Ask ask) {
        if (!ask.comparing) {
            ask.comparing = true;
            uncompared.add(ask);
            ahead.add(ask);
        }
    }

    /** Compares for all who wait for that, unless another comparison began just now. */
    private void compare() {
        long now = streams.now();
        if (uncompared.isEmpty() || now < nextComparison) {
            return;
        }
        nextComparison = now + PAUSE_MILLIS;
        List<Ask> all = uncompared;
        uncompared = new ArrayList<>(1);
        stream.compare().onComplete(done -> {
            for (Ask ask : all) {
                if (done.succeeded()) {
                    ask.compared = true;
                    review(ask);
                } else {
                    refuse(ask);
                }
            }
            forgetAnswered();
            all.forEach(this::readFor);
        });
    }

    private void give(Ask ask, Position standing, Position at, long from) {
        Recent recent = stream.recent();
        if (recent.covers(from)) {
            recent.given();
            answer(ask, standing, true, recent.bodies(from, standing.offset()));
        } else if (recent.isLost(from)) {
            recent.given();
            answer(ask, standing, false, List.of());
        } else if (at.offset() - from <= streams.config.maxPublications()) {
            ask.missing = from;
        }
    }

    private void answer(Ask ask, Position standing, boolean recovered, List<Envelopes> publications) {
        ask.answered = true;
        streams.metrics.recovery(recovered);
        streams.deliveries.tell(
                ask.recover.instance(),
                new Recovered(stream.route.channel, ask.recover.ask(), standing, recovered, publications));
    }

    private void refuse(Ask ask) {
        if (!ask.answered) {
            ask.answered = true;
            ask.missing = NONE;
            refuse(stream, ask.recover);
        }
    }

    static void refuse(Stream stream, Recover recover) {
        stream.streams.metrics.recoveryRefused();
        stream.streams.deliveries.tell(recover.instance(), new RecoveryRefused(stream.route.channel, recover.ask()));
    }

    /** Reads if that one waits for it: whoever else does shares the read. */
    private void readFor(Ask ask) {
        if (ask.missing != NONE) {
            read();
        }
    }

    /** Reads for all who wait, unless that was done just now. */
    private void read() {
        long now = streams.now();
        if (reading || now < nextRead) {
            return;
        }
        // Who has missed too much by now is told so, and nothing is read for them.
        review();
        long from = asks.stream()
                .mapToLong(ask -> ask.missing)
                .filter(missing -> missing != NONE)
                .min()
                .orElse(NONE);
        if (from == NONE) {
            return;
        }
        reading = true;
        nextRead = now + PAUSE_MILLIS;
        streams.metrics.recoveryRead();
        Position at = stream.position();
        int limit = (int) Math.min(at.offset() - from, streams.config.maxPublications());
        streams.broker
                .history(stream.route.channel, new HistoryQuery(new Since(at.epoch(), from), limit, false))
                .onComplete(result -> answered(at, from, result));
    }

    private void answered(Position asked, long from, AsyncResult<HistoryPage> result) {
        reading = false;
        if (stream.isClosed() || result.failed()) {
            return;
        }
        HistoryPage page = result.result();
        Position at = stream.position();
        if (!at.epoch().equals(asked.epoch())) {
            review();
        } else if (!isOf(asked, page)) {
            stream.compare();
        } else {
            Recent recent = stream.recent();
            Earlier earlier = Earlier.of(page, from, recent.first());
            recent.prepend(earlier.publications());
            recent.floor(earlier.floor());
            long last = recent.first() - 1;
            if (earlier.publications().isEmpty() && from < last && last <= asked.offset()) {
                // The page reaches what is at hand, and has not what stands right before that.
                recent.floor(last);
            }
            try {
                review();
            } finally {
                recent.trim();
                stream.dropUnshared();
            }
        }
    }

    /** Whether a page is of the stream that stood here when it was asked for. */
    private static boolean isOf(Position asked, HistoryPage page) {
        return page.top().epoch().equals(asked.epoch())
                && page.top().offset() >= asked.offset()
                && Continuation.of(asked, page, 1).outcome() != Continuation.Outcome.REWOUND;
    }

    /**
     * Refuses those who have waited too long, and reads for the others.
     *
     * @return whether anybody waits
     */
    boolean tick(long now) {
        review();
        for (Ask ask : asks) {
            if (ask.due <= now) {
                refuse(ask);
            }
        }
        forgetAnswered();
        read();
        return !asks.isEmpty() || reading || now < nextRead || now < nextComparison;
    }
}
