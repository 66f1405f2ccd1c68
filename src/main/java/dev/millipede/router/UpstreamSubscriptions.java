package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import dev.millipede.router.RoutingTable.Route;
import io.vertx.core.Future;
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
 *
 * <p>A confirmation holds for one generation: until the backplane's connection is lost. Then all is subscribed to again;
 * who asks while the backplane is away is refused at once, who was waiting when it went goes on waiting.
 */
final class UpstreamSubscriptions {
    /** How long a channel without listeners keeps its subscription, in milliseconds. */
    static final long LINGER_MILLIS = 1_000;

    private final Broker broker;
    private final RoutingTable table;
    private final ObjIntConsumer<InstanceRecord> send;
    private final Map<Channel, List<Ask>> waiting = new HashMap<>();
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();
    private int generation = 1;
    private boolean away;

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
        if (route.confirmedIn == generation) {
            send.accept(new InterestConfirmed(channel, ask), instance);
        } else if (away) {
            send.accept(new InterestRefused(channel, ask), instance);
        } else {
            List<Ask> asks = waiting.get(channel);
            if (asks == null) {
                asks = new ArrayList<>(1);
                asks.add(new Ask(instance, ask));
                waiting.put(channel, asks);
                subscribe(route);
            } else {
                // An instance waits for the answer to its last question only.
                asks.removeIf(earlier -> earlier.instance() == instance);
                asks.add(new Ask(instance, ask));
            }
        }
    }

    /** Completes when the backplane has confirmed or refused, or was lost meanwhile; never fails. */
    private Future<Void> subscribe(Route route) {
        int asked = generation;
        return broker.subscribe(route.channel).transform(result -> {
            if (asked == generation) {
                answered(route, result.succeeded());
            }
            return Future.succeededFuture();
        });
    }

    private void answered(Route route, boolean confirmed) {
        if (confirmed) {
            route.confirmedIn = generation;
        }
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

    /** The backplane has lost all subscriptions: what was confirmed is not any more. */
    void lost() {
        generation++;
        away = true;
    }

    /**
     * Subscribes to all that somebody here listens to, first to what somebody waits for.
     *
     * @return completes when each has been answered; not at all when the backplane is lost before
     */
    Future<Void> restore() {
        away = false;
        int restoring = generation;
        List<Route> routes = table.routes();
        routes.sort((a, b) -> Boolean.compare(waiting.containsKey(b.channel), waiting.containsKey(a.channel)));
        return new Restoration(routes, this::isMissing, this::subscribe, () -> restoring == generation).start();
    }

    private boolean isMissing(Route route) {
        return route.instances != 0 && route.confirmedIn != generation;
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
            if (waiting.containsKey(route.channel) && !away) {
                // Its subscription is still under way and may yet be confirmed.
                leaving.add(new Leaving(route, first.departure(), now + LINGER_MILLIS));
            } else {
                waiting.remove(route.channel);
                table.close(route);
                broker.unsubscribe(route.channel);
            }
        }
    }
}
