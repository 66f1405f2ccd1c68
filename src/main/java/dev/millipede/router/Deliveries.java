package dev.millipede.router;

import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.Protocol;
import dev.millipede.router.RoutingTable.Route;
import java.util.function.ObjIntConsumer;

/** All that is sent to instances: encoded once, within each instance's budget. Confined to the router's event loop. */
final class Deliveries {
    private final Protocol protocol;
    private final DeliveryBudget budget;
    private final Metrics metrics;
    private final ObjIntConsumer<InstanceRecord> send;

    /** @param send hands a record to the instance of that number */
    Deliveries(Protocol protocol, DeliveryBudget budget, Metrics metrics, ObjIntConsumer<InstanceRecord> send) {
        this.protocol = protocol;
        this.budget = budget;
        this.metrics = metrics;
        this.send = send;
    }

    /** Sends a publication to all who listen and can take it; what is kept from one of them is counted. */
    void relay(Route route, Publication publication) {
        Delivery delivery = encode(publication);
        for (long left = route.instances; left != 0; left &= left - 1) {
            int instance = Long.numberOfTrailingZeros(left);
            boolean behind = (route.behind & (1L << instance)) != 0;
            if (behind || !offer(instance, delivery)) {
                metrics.dropped(1);
            }
        }
    }

    /** What is sent of a publication. */
    Delivery encode(Publication publication) {
        metrics.encoded();
        Position position = publication.position();
        Envelopes envelopes = new Envelopes(protocol.encode(publication));
        return new Delivery(publication.channel(), envelopes, position == null ? 0 : position.offset());
    }

    /** What is given of a publication to those who missed it. */
    Envelopes encodeBody(Publication publication) {
        return new Envelopes(protocol.encodeBody(publication));
    }

    /** Sends a delivery; false, and nothing is sent, when the instance's budget is spent. */
    boolean offer(int instance, Delivery delivery) {
        if (!budget.take(instance, delivery.envelopes().length())) {
            return false;
        }
        send.accept(delivery, instance);
        return true;
    }

    /** Sends what costs no budget. */
    void tell(int instance, InstanceRecord record) {
        send.accept(record, instance);
    }
}
