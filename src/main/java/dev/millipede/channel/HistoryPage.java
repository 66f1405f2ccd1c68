package dev.millipede.channel;

import java.util.List;

/**
 * A part of a channel's stream, and how far the stream had come when it was read.
 *
 * @param top position of the newest publication ever, also when that is not kept any more
 * @param publications in the order asked for, each with its position; of the stream whose epoch {@code top} has
 */
public record HistoryPage(Position top, List<Publication> publications) {
    public HistoryPage {
        publications = List.copyOf(publications);
    }
}
