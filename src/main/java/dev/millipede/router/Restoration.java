package dev.millipede.router;

import dev.millipede.router.RoutingTable.Route;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Subscribes to many channels again, so many at a time that neither the backplane nor a client that asks meanwhile has to
 * wait long. What is subscribed to but could not be compared in time, as where all are slow, is asked for once more before it
 * counts as answered. Confined to the router's event loop.
 */
final class Restoration {
    /** Subscriptions under way at a time, by default. */
    static final int WINDOW = 4_096;

    private final Queue<Route> routes;
    private final int window;
    private final Predicate<Route> missing;
    private final Predicate<Route> uncompared;
    private final Set<Route> askedAgain = new HashSet<>();
    private final Function<Route, Future<Void>> subscribe;
    private final BooleanSupplier current;
    private final Promise<Void> done = Promise.promise();
    private int underWay;
    private boolean filling;

    /**
     * Starts nothing yet.
     *
     * @param routes what to subscribe to, in this order; taken out when its turn comes
     * @param window subscriptions under way at a time
     * @param missing whether a route still needs it when its turn comes
     * @param uncompared whether a route that has been answered is subscribed to and no more
     * @param subscribe its future completes with the answer, whatever that is
     * @param current whether the connection is still the one to restore
     */
    Restoration(
            Queue<Route> routes,
            int window,
            Predicate<Route> missing,
            Predicate<Route> uncompared,
            Function<Route, Future<Void>> subscribe,
            BooleanSupplier current) {
        this.routes = routes;
        this.window = window;
        this.missing = missing;
        this.uncompared = uncompared;
        this.subscribe = subscribe;
        this.current = current;
    }

    /** Completes when all have been answered; never, when the connection is lost before. */
    Future<Void> start() {
        fill();
        return done.future();
    }

    private void fill() {
        // An answer that comes at once must not start another loop inside this one.
        if (filling) {
            return;
        }
        filling = true;
        try {
            while (underWay < window && current.getAsBoolean()) {
                Route route = routes.poll();
                if (route == null) {
                    break;
                }
                if (missing.test(route)) {
                    underWay++;
                    subscribe.apply(route).onComplete(answer -> answered(route));
                }
            }
        } finally {
            filling = false;
        }
        if (underWay == 0 && current.getAsBoolean()) {
            done.tryComplete();
        }
    }

    private void answered(Route route) {
        underWay--;
        if (current.getAsBoolean() && uncompared.test(route) && askedAgain.add(route)) {
            routes.add(route);
        }
        fill();
    }
}
