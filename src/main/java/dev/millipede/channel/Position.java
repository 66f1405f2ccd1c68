package dev.millipede.channel;

/**
 * Where a publication stands in its channel's stream, or how far a stream has come.
 *
 * @param epoch which stream: 1 to {@value #MAX_EPOCH_LENGTH} printable ASCII characters without space; another one means
 *     that the channel began anew, or that offsets were given twice
 * @param offset counts the publications of the stream from 1; 0 stands before the first
 * @param mark tells publications apart that got the same offset because the backplane lost the first of them: a random
 *     number of the publisher's, 0 where it is not known. Clients do not get to see it
 */
public record Position(String epoch, long offset, int mark) {
    /** The longest epoch, in bytes (and, as epochs are ASCII, in characters). */
    public static final int MAX_EPOCH_LENGTH = 64;

    /** @throws IllegalArgumentException when the epoch or the offset cannot be one */
    public Position {
        if (offset < 0 || !isEpoch(epoch)) {
            throw new IllegalArgumentException("no position");
        }
    }

    /** One whose mark is not known. */
    public Position(String epoch, long offset) {
        this(epoch, offset, 0);
    }

    /** Whether this can be an epoch. */
    public static boolean isEpoch(String text) {
        int length = text.length();
        return length > 0 && length <= MAX_EPOCH_LENGTH && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }
}
