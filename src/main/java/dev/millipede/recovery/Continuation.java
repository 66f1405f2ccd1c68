package dev.millipede.recovery;

import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a page of history says to somebody who has seen everything up to a position.
 *
 * @param next what follows that position without a hole, in order
 * @param outcome whether that is all
 */
public record Continuation(List<Publication> next, Outcome outcome) {
    /** How far a page reaches. */
    public enum Outcome {
        /** Up to the page's top, or not beyond the position at all: the page was read before. */
        COMPLETE,
        /** The page was full, more is to be read. */
        MORE,
        /** What comes then is not kept any more, or the stream has another epoch. */
        LOST,
        /** The stream has another publication at the position: the backplane lost the one that was seen. */
        REWOUND
    }

    /**
     * Compares a page with a position.
     *
     * @param limit of publications with which the page was read, oldest first, from the position or from before it
     */
    public static Continuation of(Position at, HistoryPage page, int limit) {
        Position top = page.top();
        if (!top.epoch().equals(at.epoch())) {
            return new Continuation(List.of(), Outcome.LOST);
        }
        if (contradict(at, top)) {
            return new Continuation(List.of(), Outcome.REWOUND);
        }
        List<Publication> next = new ArrayList<>();
        long offset = at.offset();
        for (Publication publication : page.publications()) {
            Position position = Objects.requireNonNull(publication.position());
            if (contradict(at, position)) {
                return new Continuation(List.of(), Outcome.REWOUND);
            }
            if (position.offset() > offset + 1) {
                return new Continuation(next, Outcome.LOST);
            }
            if (position.offset() > offset) {
                next.add(publication);
                offset++;
            }
        }
        boolean full = page.publications().size() >= limit;
        return new Continuation(next, offset >= top.offset() ? Outcome.COMPLETE : full ? Outcome.MORE : Outcome.LOST);
    }

    /** Whether two positions of one epoch and offset are of different publications. */
    public static boolean contradict(Position one, Position other) {
        return one.offset() == other.offset() && one.mark() != 0 && other.mark() != 0 && one.mark() != other.mark();
    }
}
