package dev.millipede.bus;

import dev.millipede.channel.Channel;

/** What the router tells an instance. */
public sealed interface InstanceRecord extends BusRecord {
    /** A publication for the members of a channel on this instance. */
    record Delivery(Channel channel, Envelopes envelopes) implements InstanceRecord {}

    /** Every publication ordered after this point reaches the instance. */
    record InterestConfirmed(Channel channel, int ask) implements InstanceRecord {}

    /** The backplane lost its subscriptions: what it confirmed so far must be asked for again by whoever joins. */
    record ConfirmationsVoid() implements InstanceRecord {}

    /** The backplane did not subscribe; waiting joiners are answered with error 100. */
    record InterestRefused(Channel channel, int ask) implements InstanceRecord {}
}
