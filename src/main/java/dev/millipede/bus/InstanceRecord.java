package dev.millipede.bus;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the router tells an instance. Of a channel that keeps history an instance gets every publication in order, from the
 * position it was told in {@link InterestConfirmed} on; it never sees a gap: where one cannot be filled it is told
 * {@link PositionLost}.
 */
public sealed interface InstanceRecord extends BusRecord {
    /**
     * A publication for the members of a channel on this instance.
     *
     * @param offset in the channel's stream, one more than the last; 0 for a publication that has none
     */
    record Delivery(Channel channel, Envelopes envelopes, long offset) implements InstanceRecord {
        /** One without an offset. */
        public Delivery(Channel channel, Envelopes envelopes) {
            this(channel, envelopes, 0);
        }
    }

    /**
     * Every publication ordered after this point reaches the instance.
     *
     * @param position of the last publication before that point; null when the channel keeps no history
     */
    record InterestConfirmed(
            Channel channel, int ask, @Nullable Position position) implements InstanceRecord {
        /** Of a channel that keeps no history. */
        public InterestConfirmed(Channel channel, int ask) {
            this(channel, ask, null);
        }
    }

    /** The backplane lost its subscriptions: what it confirmed so far must be asked for again by whoever joins. */
    record ConfirmationsVoid() implements InstanceRecord {}

    /** The backplane did not subscribe; waiting joiners are answered with error 100. */
    record InterestRefused(Channel channel, int ask) implements InstanceRecord {}

    /**
     * The answer to {@link RouterRecord.Recover}: what the one who asked has to get so that it has everything up to
     * {@code position}, which is where this instance stands in the channel; what comes after that is delivered.
     *
     * @param recovered false when that is not possible; then there are no publications
     * @param publications bodies, as they stand in a reply; oldest first. Shared, never written to
     */
    record Recovered(Channel channel, int ask, Position position, boolean recovered, List<Envelopes> publications)
            implements InstanceRecord {}

    /** History could not be read; the one who asked is answered with error 100. */
    record RecoveryRefused(Channel channel, int ask) implements InstanceRecord {}

    /**
     * Publications of the channel are missing here and cannot be had any more: what its members have seen counts for
     * nothing. All of them have to be told before they get anything else of it.
     *
     * @param position where the channel stands now; what comes after that is delivered
     */
    record PositionLost(Channel channel, Position position) implements InstanceRecord {}
}
