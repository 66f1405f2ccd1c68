package dev.millipede.router;

import dev.millipede.channel.Channel;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which instances listen to which channel. Confined to the router's event loop; no I/O, no clock.
 *
 * <p>An instance is in the table from the moment it asks, before the backplane has confirmed.
 */
final class RoutingTable {
    /** Instance numbers are bits of a long. */
    static final int MAX_INSTANCES = 64;

    private final Map<Channel, Route> routes = new HashMap<>();
    private int personal;

    /** The listeners of one channel. */
    static final class Route {
        final Channel channel;
        /** Bit n: instance n listens. */
        long instances;
        /** Bit n: instance n has more waiting than it can write, deliveries to it are dropped. */
        long behind;
        /** The generation of subscriptions in which the backplane has confirmed this one; 0 = never. */
        int confirmedIn;
        /** The order of the channel; null when it keeps no history. */
        @Nullable
        Stream stream;
        /** How often the last listener has left; tells a departure that was followed by another. */
        int departures;

        Route(Channel channel) {
            this.channel = channel;
        }
    }

    /** The route of a channel, or null when nobody here listens. */
    @Nullable
    Route get(Channel channel) {
        return routes.get(channel);
    }

    /** All routes; a view, to be walked at once. */
    Collection<Route> routes() {
        return Collections.unmodifiableCollection(routes.values());
    }

    /** Enters an instance and returns the channel's route. */
    Route add(Channel channel, int instance) {
        Route route = routes.computeIfAbsent(channel, this::open);
        route.instances |= 1L << instance;
        return route;
    }

    private Route open(Channel channel) {
        if (isPersonal(channel)) {
            personal++;
        }
        return new Route(channel);
    }

    /**
     * Removes an instance; the route stays, without listeners, until {@link #close}.
     *
     * @return the route when its last listener left, else null
     */
    @Nullable
    Route remove(Channel channel, int instance) {
        Route route = routes.get(channel);
        long bit = 1L << instance;
        if (route == null || (route.instances & bit) == 0) {
            return null;
        }
        route.instances &= ~bit;
        if (route.stream != null) {
            route.stream.left(instance);
        }
        route.behind &= ~bit;
        return route.instances == 0 ? route : null;
    }

    /** Forgets a route without listeners. */
    void close(Route route) {
        assert route.instances == 0;
        if (routes.remove(route.channel, route) && isPersonal(route.channel)) {
            personal--;
        }
        if (route.stream != null) {
            route.stream.close();
        }
    }

    private static boolean isPersonal(Channel channel) {
        return channel.namespace().automatic() && !channel.isBroadcast();
    }

    int channels() {
        return routes.size();
    }

    /** Channels that belong to one user each: the number of distinct users connected here. */
    int personalChannels() {
        return personal;
    }
}
