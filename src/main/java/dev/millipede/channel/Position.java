package dev.millipede.channel;

/**
 * Where a publication stands in its channel's stream.
 *
 * @param epoch which stream: 1 to {@value #MAX_EPOCH_LENGTH} printable ASCII characters without space; another one means
 *     that the channel began anew
 * @param offset counts the publications of the stream from 1
 */
public record Position(String epoch, long offset) {
    /** The longest epoch, in bytes (and, as epochs are ASCII, in characters). */
    public static final int MAX_EPOCH_LENGTH = 64;

    /** @throws IllegalArgumentException when the epoch or the offset cannot be one */
    public Position {
        if (offset < 1 || !isEpoch(epoch)) {
            throw new IllegalArgumentException("no position");
        }
    }

    /** Whether this can be an epoch. */
    public static boolean isEpoch(String text) {
        int length = text.length();
        return length > 0 && length <= MAX_EPOCH_LENGTH && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }
}
