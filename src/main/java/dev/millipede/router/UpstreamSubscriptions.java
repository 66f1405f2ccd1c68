package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.router.RoutingTable.Route;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's subscriptions in the backplane: one per channel somebody here listens to. Confined to the router's event loop.
 *
 * <p>Who asks while a subscription is under way waits for the same confirmation (house rule: an entry in the table is not a
 * confirmation). The end is lazy: a channel without listeners is given up only after {@link #LINGER_MILLIS}, and only if
 * nobody has come back, and never while its subscription is under way: so no answer can be taken for that of a later one.
 *
 * <p>A confirmation holds for one generation: until the backplane's connection is lost. Then all is subscribed to again;
 * who asks while the backplane is away is refused at once, who was waiting when it went goes on waiting.
 *
 * <p>A channel that keeps history is confirmed only when it is known where its stream stands, and when what its instances
 * were sent has been compared with that.
 */
final class UpstreamSubscriptions {
    /** How long a channel without listeners keeps its subscription, in milliseconds. */
    static final long LINGER_MILLIS = 1_000;

    /** Channels looked at in one turn of the loop: some milliseconds. */
    static final int SWEEP = 10_000;

    private final Broker broker;
    private final RoutingTable table;
    private final Streams streams;
    private final ObjIntConsumer<InstanceRecord> send;
    private final int window;
    private final Map<Channel, Unanswered> unanswered = new HashMap<>();
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();

    /** What the backplane has refused since the last sweep. */
    private final Set<Route> refused = new LinkedHashSet<>();

    /** Ends with each loss; begins anew with each connection, so that nothing counts that was asked for in between. */
    private int generation = 1;

    private boolean away;

    /** A subscription that is under way, or was when the connection was lost and is to be asked for again. */
    private static final class Unanswered {
        final List<Ask> asks = new ArrayList<>(1);

        /** The generation in which the backplane was last asked; 0 = never. */
        int askedIn;

        /** Completes with the answer, whatever that is. */
        Future<Void> answer = Future.succeededFuture();
    }

    private record Ask(int instance, int number) {}

    private record Leaving(Route route, int departure, long due) {}

    /** @param send hands a record to the instance of that number */
    UpstreamSubscriptions(Broker broker, RoutingTable table, Streams streams, ObjIntConsumer<InstanceRecord> send) {
        this(broker, table, streams, send, Restoration.WINDOW);
    }

    UpstreamSubscriptions(
            Broker broker, RoutingTable table, Streams streams, ObjIntConsumer<InstanceRecord> send, int window) {
        this.broker = broker;
        this.table = table;
        this.streams = streams;
        this.send = send;
        this.window = window;
    }

    /** Enters the instance first, asks the backplane if it must, and answers when the subscription is confirmed. */
    void want(Channel channel, int instance, int ask) {
        Route route = table.add(channel, instance);
        if (route.stream == null && channel.namespace().history().isKept()) {
            route.stream = streams.open(route);
        }
        // An instance waits for the answer to its last question only.
        forget(channel, instance);
        if (route.confirmedIn == generation) {
            confirm(route, instance, ask);
        } else if (away) {
            send.accept(new InterestRefused(channel, ask), instance);
        } else {
            unanswered(channel).asks.add(new Ask(instance, ask));
            subscribe(route);
        }
    }

    private void confirm(Route route, int instance, int ask) {
        Stream stream = route.stream;
        Position position = stream == null ? null : stream.confirm(instance);
        send.accept(new InterestConfirmed(route.channel, ask, position), instance);
    }

    private Unanswered unanswered(Channel channel) {
        return unanswered.computeIfAbsent(channel, ignored -> new Unanswered());
    }

    /**
     * Asks the backplane unless that is under way.
     *
     * @return completes when it has confirmed or refused, or was lost meanwhile; never fails
     */
    private Future<Void> subscribe(Route route) {
        Unanswered subscription = unanswered(route.channel);
        int asking = generation;
        if (subscription.askedIn != asking) {
            subscription.askedIn = asking;
            subscription.answer = follow(route).transform(result -> {
                if (asking == generation) {
                    answered(route, result.succeeded());
                }
                return Future.succeededFuture();
            });
        }
        return subscription.answer;
    }

    private Future<Void> follow(Route route) {
        Stream stream = route.stream;
        if (stream == null) {
            return broker.subscribe(route.channel);
        }
        int asking = generation;
        if (stream.subscribedIn == asking) {
            return stream.compare();
        }
        return broker.subscribe(route.channel).compose(subscribed -> {
            if (asking != generation) {
                return Future.failedFuture("the backplane is lost");
            }
            stream.subscribedIn = asking;
            return stream.compare();
        });
    }

    private void answered(Route route, boolean confirmed) {
        if (confirmed) {
            route.confirmedIn = generation;
        } else {
            refused.add(route);
        }
        for (Ask ask : Objects.requireNonNull(unanswered.remove(route.channel)).asks) {
            if (confirmed) {
                confirm(route, ask.instance(), ask.number());
            } else {
                send.accept(new InterestRefused(route.channel, ask.number()), ask.instance());
            }
        }
    }

    /** The backplane has lost all subscriptions: what was confirmed is not any more. */
    void lost() {
        generation++;
        away = true;
        refused.clear();
        streams.lost();
    }

    /**
     * Subscribes to all that somebody here listens to, first to what somebody waits for.
     *
     * @return completes when each has been answered; not at all when the backplane is lost before
     */
    Future<Void> restore() {
        away = false;
        generation++;
        refused.clear();
        ArrayDeque<Route> routes = new ArrayDeque<>(table.channels());
        streams.restored();
        for (Route route : table.routes()) {
            if (route.stream != null) {
                route.stream.interrupted();
            }
            Unanswered subscription = unanswered.get(route.channel);
            if (subscription != null && !subscription.asks.isEmpty()) {
                routes.addFirst(route);
            } else {
                routes.addLast(route);
            }
        }
        return subscribe(routes);
    }

    private Future<Void> subscribe(Queue<Route> routes) {
        int asking = generation;
        return new Restoration(
                        routes,
                        window,
                        this::isMissing,
                        this::isUncompared,
                        this::subscribe,
                        () -> asking == generation)
                .start();
    }

    private boolean isMissing(Route route) {
        return route.instances != 0 && route.confirmedIn != generation;
    }

    private boolean isUncompared(Route route) {
        return isMissing(route) && route.stream != null && route.stream.subscribedIn == generation;
    }

    /** The instance's last listener left. {@code now} is in milliseconds of a monotonic clock. */
    void unwant(Channel channel, int instance, long now) {
        forget(channel, instance);
        Route route = table.remove(channel, instance);
        if (route != null) {
            leaving.add(new Leaving(route, ++route.departures, now + LINGER_MILLIS));
        }
    }

    /** What the instance asked before is not answered any more. */
    private void forget(Channel channel, int instance) {
        Unanswered subscription = unanswered.get(channel);
        if (subscription != null) {
            subscription.asks.removeIf(ask -> ask.instance() == instance);
        }
    }

    /**
     * Gives up what has had no listener for long enough, but not more than a turn of the loop may take; then asks again for
     * what was refused and still has one: members who stayed through a loss would otherwise get nothing more and not know.
     * Called about once a second.
     *
     * @return whether more is due, and this is to be called again in the next turn
     */
    boolean sweep(long now) {
        if (giveUp(now)) {
            return true;
        }
        if (!refused.isEmpty()) {
            ArrayDeque<Route> again = new ArrayDeque<>(refused);
            refused.clear();
            subscribe(again);
        }
        return false;
    }

    private boolean giveUp(long now) {
        for (int left = SWEEP; left > 0; left--) {
            @Nullable Leaving first = leaving.peek();
            if (first == null || first.due() > now) {
                return false;
            }
            leaving.remove();
            Route route = first.route();
            if (route.instances != 0 || route.departures != first.departure()) {
                continue;
            }
            Unanswered subscription = unanswered.get(route.channel);
            if (subscription != null && subscription.askedIn == generation) {
                // Under way: it may yet be confirmed.
                leaving.add(new Leaving(route, first.departure(), now + LINGER_MILLIS));
            } else {
                unanswered.remove(route.channel);
                table.close(route);
                broker.unsubscribe(route.channel);
            }
        }
        return true;
    }
}
