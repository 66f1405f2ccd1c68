package dev.millipede.checker;

import org.jspecify.annotations.Nullable;

/**
 * A publication that was sent at least once, and what its publisher knows of it in the end.
 *
 * @param place as acknowledged; null when it was not, or the answer did not tell
 * @param attempts how often it was sent, always with the same idempotency key
 */
record Sent(long id, Outcome outcome, @Nullable Place place, int attempts) {
    /** What a publisher knows. */
    enum Outcome {
        /** It was published. */
        ACKNOWLEDGED,
        /** Every attempt was answered by an error, or by nothing: it may or may not have been. */
        MAYBE,
        /** It was not, and cannot be. */
        REFUSED
    }

    static Sent acknowledged(long id, String epoch, long offset) {
        return new Sent(id, Outcome.ACKNOWLEDGED, new Place(epoch, offset), 1);
    }

    static Sent maybe(long id) {
        return new Sent(id, Outcome.MAYBE, null, 1);
    }

    boolean isAcknowledged() {
        return outcome == Outcome.ACKNOWLEDGED;
    }
}
