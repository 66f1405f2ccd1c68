package dev.millipede.router;

import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The router's subscriptions between a broker that answers by hand and instances that remember what they are told. */
class UpstreamFixture {
    static final long LINGER = UpstreamSubscriptions.LINGER_MILLIS;

    final Channel room = channel("room:a");
    final HandFedBroker broker = new HandFedBroker();
    final RoutingTable table = new RoutingTable();
    final List<Sent> sent = new ArrayList<>();
    final UpstreamSubscriptions upstream =
            new UpstreamSubscriptions(broker, table, (record, instance) -> sent.add(new Sent(instance, record)));

    record Sent(int instance, InstanceRecord record) {}

    static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));
    }

    Sent confirmed(int instance, int ask) {
        return new Sent(instance, new InterestConfirmed(room, ask));
    }

    Sent refused(int instance, int ask) {
        return new Sent(instance, new InterestRefused(room, ask));
    }
}
