package dev.millipede.backplane;

import dev.millipede.channel.Since;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a channel's history.
 *
 * @param since what comes after this (before it, in reverse); null = from the oldest (the newest, in reverse). When it is
 *     not of the stream's epoch the page has no publications, and its top tells why
 * @param limit the most publications, 0 = only the position, -1 = all that is kept
 * @param reverse newest first
 */
public record HistoryQuery(@Nullable Since since, int limit, boolean reverse) {
    /** Only how far the stream has come. */
    public static final HistoryQuery POSITION = new HistoryQuery(null, 0, false);

    /** The newest publications, newest first. */
    public static HistoryQuery latest(int limit) {
        return new HistoryQuery(null, limit, true);
    }
}
