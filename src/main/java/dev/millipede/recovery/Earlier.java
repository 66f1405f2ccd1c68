package dev.millipede.recovery;

import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.util.List;
import java.util.Objects;

/**
 * What a page of history adds in front of publications that are at hand.
 *
 * @param publications what stands right before them, without a hole, oldest first; empty when the page does not reach them
 * @param floor nothing up to this offset can be had any more; 0 when the page does not tell
 */
public record Earlier(List<Publication> publications, long floor) {
    /**
     * Joins a page to what is at hand.
     *
     * @param from the page was read with what came after this offset, oldest first
     * @param first offset of the first publication at hand; one more than the stream's where none is
     */
    public static Earlier of(HistoryPage page, long from, long first) {
        List<Publication> read = page.publications();
        if (read.isEmpty()) {
            return new Earlier(List.of(), Math.max(from, page.top().offset()));
        }
        int end = 0;
        while (end < read.size() && offset(read.get(end)) < first) {
            end++;
        }
        // The last run without a hole: what stands before a hole is followed by nothing that can be had.
        int begin = Math.max(0, end - 1);
        while (begin > 0 && offset(read.get(begin - 1)) + 1 == offset(read.get(begin))) {
            begin--;
        }
        boolean meets = end > 0 && offset(read.get(end - 1)) == first - 1;
        long oldest = offset(read.get(begin));
        return new Earlier(
                meets ? List.copyOf(read.subList(begin, end)) : List.of(), oldest > from + 1 ? oldest - 1 : 0);
    }

    private static long offset(Publication publication) {
        Position position = Objects.requireNonNull(publication.position());
        return position.offset();
    }
}
