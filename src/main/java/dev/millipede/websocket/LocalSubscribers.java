package dev.millipede.websocket;

import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.channel.Channel;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who on this instance listens to what, and the channels the router has been asked for. Confined to the event loop of its
 * WebSocketVerticle.
 *
 * <p>The first member of a channel asks the router and joins when that is confirmed; later ones wait for the same answer.
 * Each question has a number: the answer to an earlier one confirms nothing.
 */
final class LocalSubscribers {
    /** Nothing owed to a client waits longer than this. */
    static final long JOIN_NANOS = 3_000_000_000L;

    private final Loop loop;
    private final RouterLink router;
    private final Outcome outcome;
    private final Map<Channel, LocalChannel> channels = new HashMap<>();
    private final ArrayDeque<Joining> byDeadline = new ArrayDeque<>();
    private final @Nullable LocalChannel everybody;
    private int asks;
    private int generation = 1;
    private boolean askAgain;
    private int subscriptions;

    /** How a join ends. */
    interface Outcome {
        void joined(Joining joining);

        void failed(Joining joining);
    }

    /** @param broadcast the channel every connection listens to without an entry of its own, or null for none */
    LocalSubscribers(Loop loop, RouterLink router, @Nullable Channel broadcast, Outcome outcome) {
        this.loop = loop;
        this.router = router;
        this.outcome = outcome;
        this.everybody = broadcast == null ? null : new LocalChannel(broadcast);
    }

    /** Asks for broadcasts on behalf of the instance; its address must be listened on. */
    void start() {
        if (everybody != null) {
            ask(everybody);
        }
    }

    private void ask(LocalChannel local) {
        local.ask = ++asks;
        channels.put(local.channel, local);
        router.interest(local.channel, local.ask);
    }

    private LocalChannel open(Channel channel) {
        LocalChannel opened = new LocalChannel(channel);
        ask(opened);
        return opened;
    }

    /** The members that get broadcasts, or null when {@code broadcast} is not automatic. */
    @Nullable
    LocalChannel everybody() {
        return everybody;
    }

    @Nullable
    LocalChannel get(Channel channel) {
        return channels.get(channel);
    }

    int channels() {
        return channels.size();
    }

    /** Live subscriptions, {@code broadcast} not counted. */
    int subscriptions() {
        return subscriptions;
    }

    void leaveBroadcast(Connection connection) {
        if (everybody != null && connection.broadcastSlot >= 0) {
            everybody.remove(connection.broadcastSlot);
            connection.broadcastSlot = -1;
        }
    }

    /** Starts a join, which may end before this returns. */
    void join(Connection connection, Channel channel, long command) {
        LocalChannel local = channels.get(channel);
        if (local == null) {
            local = open(channel);
        }
        Joining joining =
                new Joining(connection, local, command, loop.nanoTime().getAsLong() + JOIN_NANOS);
        Pending pending = connection.pending;
        if (pending == null) {
            pending = new Pending();
            connection.pending = pending;
        }
        pending.joins.add(joining);
        if (local.confirmedIn == generation) {
            enter(joining);
            outcome.joined(joining);
        } else {
            if (local.joiners == null && local.confirmedIn != 0) {
                // It has members, and what was confirmed to them holds no more.
                ask(local);
            }
            local.addJoiner(joining);
            byDeadline.add(joining);
        }
    }

    private void enter(Joining joining) {
        end(joining);
        Connection connection = joining.connection;
        int slot = joining.channel.add(connection);
        if (joining.channel == everybody) {
            connection.broadcastSlot = slot;
        } else {
            connection.subscribed(joining.channel, slot);
            subscriptions++;
        }
    }

    private static void end(Joining joining) {
        joining.ended = true;
        Pending pending = joining.connection.pending;
        if (pending != null) {
            pending.joins.remove(joining);
            joining.connection.dropIdlePending();
        }
    }

    void confirmed(InterestConfirmed answer) {
        LocalChannel local = channels.get(answer.channel());
        if (local == null || local.ask != answer.ask()) {
            return;
        }
        local.confirmedIn = generation;
        List<Joining> joiners = local.joiners;
        local.joiners = null;
        if (joiners != null) {
            // All enter before the first is told: telling may close a connection and so end others' joins.
            joiners.forEach(this::enter);
            joiners.forEach(outcome::joined);
        }
    }

    /** From here on nothing counts as confirmed; members stay, who joins asks again. */
    void confirmationsVoid() {
        generation++;
    }

    void refused(InterestRefused answer) {
        LocalChannel local = channels.get(answer.channel());
        if (local == null || local.ask != answer.ask()) {
            return;
        }
        List<Joining> joiners = local.joiners;
        local.joiners = null;
        closeIfEmpty(local);
        if (local == everybody) {
            askAgain = true;
        }
        if (joiners != null) {
            joiners.forEach(LocalSubscribers::end);
            joiners.forEach(outcome::failed);
        }
    }

    /** Gives up joins whose answer is overdue, and asks again for broadcasts; called a few times a second. */
    void expire(long now) {
        if (askAgain && everybody != null) {
            askAgain = false;
            ask(everybody);
        }
        @Nullable Joining first;
        while ((first = byDeadline.peek()) != null && (first.ended || now - first.deadline >= 0)) {
            byDeadline.remove();
            if (!first.ended) {
                withdraw(first);
                outcome.failed(first);
            }
        }
    }

    /** Ends a join that nobody wants any more; its answer is dropped when it comes. */
    void withdraw(Joining joining) {
        end(joining);
        joining.channel.removeJoiner(joining);
        closeIfEmpty(joining.channel);
    }

    /** Ends a live subscription: from here on the connection gets nothing of the channel. */
    void leave(Connection connection, int index) {
        LocalChannel local = connection.subscription(index);
        local.remove(connection.unsubscribed(index));
        subscriptions--;
        closeIfEmpty(local);
    }

    /** Ends all subscriptions and joins of a connection. */
    void leaveAll(Connection connection) {
        leaveBroadcast(connection);
        while (connection.subscriptions() > 0) {
            leave(connection, connection.subscriptions() - 1);
        }
        Pending pending = connection.pending;
        if (pending != null) {
            connection.pending = null;
            List.copyOf(pending.joins).forEach(this::withdraw);
        }
    }

    private void closeIfEmpty(LocalChannel local) {
        if (local != everybody && local.isEmpty() && channels.remove(local.channel, local)) {
            local.givenUp = true;
            router.interestEnded(local.channel);
        }
    }
}
