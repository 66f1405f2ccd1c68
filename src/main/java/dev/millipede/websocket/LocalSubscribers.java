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
 * Each question has a number: the answer to an earlier one confirms nothing. When the backplane is lost, members stay, but
 * the next to join asks again.
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
    private int subscriptions;

    /** Of confirmations; ends when the router says that they are void. */
    private int generation = 1;

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
            channels.put(everybody.channel, everybody);
            askIfInDoubt(everybody);
        }
    }

    /** Asks the router unless its confirmation holds or is on its way. */
    private void askIfInDoubt(LocalChannel local) {
        if (local.confirmedIn != generation && !local.asking) {
            local.asking = true;
            local.ask = ++asks;
            router.interest(local.channel, local.ask);
        }
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
        LocalChannel local = channels.computeIfAbsent(channel, LocalChannel::new);
        askIfInDoubt(local);
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

    /** The channel whose question that is; null when it has been answered, or the channel given up or asked for again. */
    private @Nullable LocalChannel awaiting(Channel channel, int ask) {
        LocalChannel local = channels.get(channel);
        return local != null && local.asking && local.ask == ask ? local : null;
    }

    void confirmed(InterestConfirmed answer) {
        LocalChannel local = awaiting(answer.channel(), answer.ask());
        if (local == null) {
            return;
        }
        local.asking = false;
        local.confirmedIn = generation;
        List<Joining> joiners = local.joiners;
        local.joiners = null;
        if (joiners != null) {
            // All enter before the first is told: telling may close a connection and so end others' joins.
            joiners.forEach(this::enter);
            joiners.forEach(outcome::joined);
        }
    }

    /** From here on nothing counts as confirmed; members stay, who joins asks again, who waits goes on waiting. */
    void confirmationsVoid() {
        generation++;
    }

    void refused(InterestRefused answer) {
        LocalChannel local = awaiting(answer.channel(), answer.ask());
        if (local == null) {
            return;
        }
        local.asking = false;
        List<Joining> joiners = local.joiners;
        local.joiners = null;
        closeIfEmpty(local);
        if (joiners != null) {
            joiners.forEach(LocalSubscribers::end);
            joiners.forEach(outcome::failed);
        }
    }

    /**
     * Gives up joins whose answer is overdue, and asks again for broadcasts that were refused or confirmed before a loss;
     * called a few times a second.
     */
    void expire(long now) {
        if (everybody != null && everybody.ask != 0) {
            askIfInDoubt(everybody);
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
