package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A backplane like Redis: it carries out what it was told in order, one thing at a time, when the test says so, until the
 * connection breaks. Answers that were on their way then may come much later, whatever they are.
 */
final class InOrderBroker implements Broker {
    /** Channels that the backplane knows to be subscribed to. */
    final Set<Channel> subscribed = new HashSet<>();

    /** Channels of which a subscription has been confirmed or refused on this connection. */
    final Set<Channel> answered = new HashSet<>();

    /** Channels that were subscribed to though they were subscribed to already, or about to be. */
    final List<Channel> askedTwice = new ArrayList<>();

    boolean connected;

    /** Whether everything is carried out as soon as it is asked for. */
    boolean prompt;

    /** Asked with each subscription: whether the connection breaks just then. */
    BooleanSupplier breaks = () -> false;

    private final Runnable lost;
    private final ArrayDeque<Order> orders = new ArrayDeque<>();
    private final List<Promise<Void>> late = new ArrayList<>();

    /** @param answer null for the end of a subscription */
    private record Order(Channel channel, @Nullable Promise<Void> answer) {}

    /** @param lost told when the connection breaks */
    InOrderBroker(Runnable lost) {
        this.lost = lost;
    }

    void connect() {
        connected = true;
    }

    void lose() {
        connected = false;
        subscribed.clear();
        answered.clear();
        for (Order order : orders) {
            if (order.answer() != null) {
                late.add(order.answer());
            }
        }
        orders.clear();
        lost.run();
    }

    /** Carries out the next order, if there is one; a subscription only if {@code confirms}. */
    boolean next(boolean confirms) {
        Order order = orders.poll();
        if (order == null) {
            return false;
        }
        if (order.answer() == null) {
            subscribed.remove(order.channel());
            return true;
        }
        answered.add(order.channel());
        if (confirms) {
            subscribed.add(order.channel());
            order.answer().complete();
        } else {
            order.answer().fail("refused");
        }
        return true;
    }

    /** An answer of an earlier connection arrives, if one is left. */
    void late(boolean confirms) {
        if (!late.isEmpty()) {
            Promise<Void> answer = late.remove(0);
            if (confirms) {
                answer.complete();
            } else {
                answer.fail("the connection is lost");
            }
        }
    }

    int lateAnswers() {
        return late.size();
    }

    /** Whether all that is published from now on arrives: subscribed to, and no end of that on its way. */
    boolean carries(Channel channel) {
        return connected
                && subscribed.contains(channel)
                && orders.stream().noneMatch(order -> order.channel().equals(channel));
    }

    @Override
    public void listen(Listener listener) {
        throw new UnsupportedOperationException("the test stands between");
    }

    @Override
    public Future<Void> subscribe(Channel channel) {
        if (breaks.getAsBoolean() && connected) {
            lose();
        }
        if (!connected) {
            return Future.failedFuture("the backplane is away");
        }
        if (willBeSubscribed(channel)) {
            askedTwice.add(channel);
        }
        Promise<Void> answer = Promise.promise();
        orders.add(new Order(channel, answer));
        if (prompt) {
            while (next(true)) {}
        }
        return answer.future();
    }

    private boolean willBeSubscribed(Channel channel) {
        boolean subscription = subscribed.contains(channel);
        for (Order order : orders) {
            if (order.channel().equals(channel)) {
                subscription = order.answer() != null;
            }
        }
        return subscription;
    }

    @Override
    public void unsubscribe(Channel channel) {
        if (connected) {
            orders.add(new Order(channel, null));
        }
    }

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        throw new UnsupportedOperationException("no history here");
    }

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        throw new UnsupportedOperationException("the router does not publish");
    }
}
