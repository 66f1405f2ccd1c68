package dev.millipede.bus;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Since;

/** What instances tell the router. {@code instance} is the sender's number, 0 to 63. */
public sealed interface RouterRecord extends BusRecord {
    /**
     * Somebody on this instance wants the channel. Answered by {@link InstanceRecord.InterestConfirmed} or
     * {@link InstanceRecord.InterestRefused} with the same {@code ask}.
     */
    record Interest(int instance, Channel channel, int ask) implements RouterRecord {}

    /** Nobody on this instance wants the channel any more. */
    record InterestEnded(int instance, Channel channel) implements RouterRecord {}

    /**
     * Somebody on this instance, which has a confirmed interest in the channel, wants to know what came since. Answered by
     * {@link InstanceRecord.Recovered} or {@link InstanceRecord.RecoveryRefused} with the same {@code ask}.
     */
    record Recover(int instance, Channel channel, int ask, Since since) implements RouterRecord {}

    /** Gives back that many bytes of the delivery budget: their passes have ended. */
    record BudgetReturned(int instance, long bytes) implements RouterRecord {}

    /** More is waiting for this channel than one pass can take; the router drops for it until it has caught up. */
    record ChannelBehind(int instance, Channel channel) implements RouterRecord {}

    record ChannelCaughtUp(int instance, Channel channel) implements RouterRecord {}
}
