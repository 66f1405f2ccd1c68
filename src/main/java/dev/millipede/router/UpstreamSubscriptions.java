package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import dev.millipede.router.RoutingTable.Route;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's subscriptions in the backplane: one per channel somebody here listens to. Confined to the router's event loop.
 *
 * <p>Who asks while a subscription is under way waits for the same confirmation (house rule: an entry in the table is not a
 * confirmation). The end is lazy: a channel without listeners is given up only after {@link #LINGER_MILLIS}, and only if
 * nobody has come back.
 */
final class UpstreamSubscriptions {
    /** How long a channel without listeners keeps its subscription, in milliseconds. */
    static final long LINGER_MILLIS = 1_000;

    private final Broker broker;
    private final RoutingTable table;
    private final ObjIntConsumer<InstanceRecord> send;
    private final Map<Channel, List<Ask>> waiting = new HashMap<>();
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();

    private record Ask(int instance, int number) {}

    private record Leaving(Route route, int departure, long due) {}

    /** @param send hands a record to the instance of that number */
    UpstreamSubscriptions(Broker broker, RoutingTable table, ObjIntConsumer<InstanceRecord> send) {
        this.broker = broker;
        this.table = table;
        this.send = send;
    }

    /** Enters the instance first, asks the backplane if it must, and answers when the subscription is confirmed. */
    void want(Channel channel, int instance, int ask) {
        Route route = table.add(channel, instance);
        if (route.confirmed) {
            send.accept(new InterestConfirmed(channel, ask), instance);
            return;
        }
        List<Ask> asks = waiting.get(channel);
        if (asks != null) {
            asks.add(new Ask(instance, ask));
            return;
        }
        asks = new ArrayList<>(1);
        asks.add(new Ask(instance, ask));
        waiting.put(channel, asks);
        broker.subscribe(channel).onComplete(result -> answered(route, result.succeeded()));
    }

    private void answered(Route route, boolean confirmed) {
        route.confirmed = confirmed;
        List<Ask> asks = waiting.remove(route.channel);
        if (asks == null) {
            return;
        }
        for (Ask ask : asks) {
            send.accept(
                    confirmed
                            ? new InterestConfirmed(route.channel, ask.number())
                            : new InterestRefused(route.channel, ask.number()),
                    ask.instance());
        }
    }

    /** The instance's last listener left. {@code now} is in milliseconds of a monotonic clock. */
    void unwant(Channel channel, int instance, long now) {
        Route route = table.remove(channel, instance);
        if (route != null) {
            leaving.add(new Leaving(route, ++route.departures, now + LINGER_MILLIS));
        }
    }

    /** Gives up what has had no listener for long enough; called about once a second. */
    void sweep(long now) {
        while (true) {
            @Nullable Leaving first = leaving.peek();
            if (first == null || first.due() > now) {
                return;
            }
            leaving.remove();
            Route route = first.route();
            if (route.instances != 0 || route.departures != first.departure()) {
                continue;
            }
            if (waiting.containsKey(route.channel)) {
                // Its subscription is still under way and may yet be confirmed.
                leaving.add(new Leaving(route, first.departure(), now + LINGER_MILLIS));
            } else {
                table.close(route);
                broker.unsubscribe(route.channel);
            }
        }
    }
}
