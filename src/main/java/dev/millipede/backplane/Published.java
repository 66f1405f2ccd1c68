package dev.millipede.backplane;

import dev.millipede.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * What became of something that was to be published.
 *
 * @param position of the publication, or of the stream where it was suppressed; null when the channel keeps no history, the
 *     publication skipped it, or the backplane's answer did not tell
 * @param suppressed nothing was published now: it had been before with the same idempotency key, or its version is not newer
 */
public record Published(@Nullable Position position, boolean suppressed) {
    /** It was, without a position. */
    public static final Published PLAIN = new Published(null, false);
}
