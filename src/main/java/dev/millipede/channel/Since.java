package dev.millipede.channel;

/**
 * What somebody says to have seen of a channel: everything up to an offset. Not a {@link Position}: it may be wrong, of an
 * epoch that is over, or beyond the stream.
 *
 * @param epoch of the stream, as sent; "" when not known, which matches every epoch
 * @param offset of the last publication seen, 0 = none
 */
public record Since(String epoch, long offset) {
    /** @throws IllegalArgumentException when the offset is negative */
    public Since {
        if (offset < 0) {
            throw new IllegalArgumentException("negative offset");
        }
    }

    /** Whether it can be of this stream. */
    public boolean isOf(String current) {
        return epoch.isEmpty() || epoch.equals(current);
    }
}
