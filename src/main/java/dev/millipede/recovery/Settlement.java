package dev.millipede.recovery;

import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What becomes of publications that were held while history was read, now that everything up to a position has been seen.
 *
 * @param next those that follow the position, in order
 * @param inDoubt the rest, from the first on of which the answer does not tell what it is; another read does
 * @param rewound something was heard that the stream should have had when it was read, and had not
 */
public record Settlement(List<Publication> next, List<Publication> inDoubt, boolean rewound) {
    /**
     * A read answers for all that was heard before it was asked: what is of another epoch is of one that is over, what is
     * of the same epoch is in the stream.
     *
     * @param at what has been seen, that of the answer included
     * @param top of the stream when it was read
     * @param held as heard, each with its position
     * @param before how many of these were heard before the read was asked
     */
    public static Settlement of(Position at, Position top, List<Publication> held, int before) {
        List<Publication> next = new ArrayList<>();
        Position last = at;
        for (int i = 0; i < held.size(); i++) {
            Publication publication = held.get(i);
            Position position = Objects.requireNonNull(publication.position());
            boolean ours = position.epoch().equals(last.epoch());
            if (ours && Continuation.contradict(last, position)) {
                return new Settlement(next, List.of(), true);
            }
            if (i < before) {
                if (ours && position.offset() > top.offset()) {
                    return new Settlement(next, List.of(), true);
                }
            } else if (!ours || position.offset() > last.offset() + 1) {
                return new Settlement(next, List.copyOf(held.subList(i, held.size())), false);
            } else if (position.offset() == last.offset() + 1) {
                next.add(publication);
                last = position;
            }
        }
        return new Settlement(next, List.of(), false);
    }
}
