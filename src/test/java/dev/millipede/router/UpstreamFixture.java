package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.recovery.RecoveryConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;

/** The router's subscriptions between a broker that answers by hand and instances that remember what they are told. */
class UpstreamFixture {
    static final long LINGER = UpstreamSubscriptions.LINGER_MILLIS;

    final Channel room = channel("room:a");
    final HandFedBroker broker = new HandFedBroker();
    final RoutingTable table = new RoutingTable();
    final List<Sent> sent = new ArrayList<>();
    final Streams streams = streams(broker, () -> 0, this::send);
    final UpstreamSubscriptions upstream = new UpstreamSubscriptions(broker, table, streams, this::send);

    /** Streams of instances with a budget that is never spent. */
    static Streams streams(Broker broker, LongSupplier millis, ObjIntConsumer<InstanceRecord> send) {
        return streams(broker, millis, send, RecoveryConfig.DEFAULTS, new DeliveryBudget(4, Long.MAX_VALUE));
    }

    static Streams streams(
            Broker broker,
            LongSupplier millis,
            ObjIntConsumer<InstanceRecord> send,
            RecoveryConfig config,
            DeliveryBudget budget) {
        Metrics metrics = new Metrics(List.of(), 1);
        Deliveries deliveries = new Deliveries(new JsonProtocol(), budget, metrics, send);
        return new Streams(broker, deliveries, metrics, config, millis);
    }

    private void send(InstanceRecord record, int instance) {
        sent.add(new Sent(instance, record));
    }

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
