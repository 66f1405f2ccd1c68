package dev.millipede.websocket;

import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Since;
import dev.millipede.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 *
 * <p>Who has seen a channel before, and not all of it, asks the router what it missed once the channel is confirmed. The
 * answer comes between the deliveries, and says where the channel stands there: whoever becomes a member at that moment gets
 * what comes after it, so nothing is merged here.
 */
final class LocalSubscribers {
    /** Nothing owed to a client waits longer than this. */
    static final long JOIN_NANOS = 3_000_000_000L;

    private final Loop loop;
    private final RouterLink router;
    private final Outcome outcome;
    private final Map<Channel, LocalChannel> channels = new HashMap<>();
    private final ArrayDeque<Joining> byDeadline = new ArrayDeque<>();

    /** Joins that have asked what they missed, by the number of that question. */
    private final Map<Integer, Joining> recovering = new HashMap<>();

    private final @Nullable LocalChannel everybody;
    private int asks;
    private int subscriptions;

    /** Of confirmations; ends when the router says that they are void. */
    private int generation = 1;

    /** How a join ends. */
    interface Outcome {
        void joined(Joining joining);

        /** It has become a member by a token; {@link #joined} follows. */
        void began(Joining joining, Terms terms);

        void failed(Joining joining, ErrorCode error);

        /** Whether the reply can hold that many bytes of publications, commas included, without closing the connection. */
        boolean takes(Joining joining, int bytes);
    }

    /** @param broadcast the channel every connection listens to without an entry of its own, or null for none */
    LocalSubscribers(Loop loop, RouterLink router, @Nullable Channel broadcast, Outcome outcome) {
        this.loop = loop;
        this.router = router;
        this.outcome = outcome;
        this.everybody = broadcast == null ? null : LocalChannel.of(broadcast);
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
        if (everybody != null && connection.broadcastSlot != Connection.NO_SLOT) {
            vacate(everybody, connection.broadcastSlot);
            connection.leftBroadcast();
        }
    }

    private static void vacate(LocalChannel local, int slot) {
        if (slot != Connection.SUSPENDED) {
            local.remove(slot);
        } else if (local instanceof PositionedChannel positioned) {
            positioned.suspended--;
        }
    }

    /**
     * Starts a join, which may end before this returns.
     *
     * @param since what the client has seen of the channel; null when it does not want to recover
     * @param strict whether the join fails when that cannot be recovered
     * @param terms what a token says of the subscription; null where none has to do with it
     */
    void join(
            Connection connection,
            Channel channel,
            long command,
            @Nullable Since since,
            boolean strict,
            @Nullable Terms terms) {
        LocalChannel local = channels.computeIfAbsent(channel, LocalChannel::of);
        askIfInDoubt(local);
        long deadline = loop.nanoTime().getAsLong() + JOIN_NANOS;
        Joining joining =
                new Joining(connection, local, command, since, strict, terms, connection.instance.policy(), deadline);
        connection.makePending().joins.add(joining);
        if (local.confirmedIn == generation) {
            proceed(local, List.of(joining));
        } else {
            local.addJoiner(joining);
        }
        if (!joining.ended) {
            byDeadline.add(joining);
        }
    }

    /** The channel these wait for is confirmed: those who miss nothing become members, the others ask what. */
    private void proceed(LocalChannel local, List<Joining> joiners) {
        List<Joining> settled = new ArrayList<>(joiners.size());
        List<Joining> asking = new ArrayList<>(0);
        for (Joining joining : joiners) {
            boolean missesNothing = joining.since != null && local.isAt(joining.since);
            if (missesNothing || joining.since == null || local.position() == null) {
                settle(joining, missesNothing, List.of());
                settled.add(joining);
            } else {
                joining.ask = ++asks;
                recovering.put(joining.ask, joining);
                local.recovering(1);
                asking.add(joining);
            }
        }
        closeIfEmpty(local);
        // All enter before the first is told: telling may close a connection and so end others' joins.
        settled.forEach(this::tell);
        for (Joining joining : asking) {
            if (!joining.ended && joining.since != null) {
                router.recover(local.channel, joining.ask, joining.since);
            }
        }
    }

    /** Makes a member of who joins, unless it wants an error instead. */
    private void settle(Joining joining, boolean recovered, List<byte[]> publications) {
        joining.decide(recovered, publications);
        if (joining.error == null) {
            enter(joining);
        } else {
            end(joining);
        }
    }

    private void tell(Joining joining) {
        if (joining.error == null) {
            outcome.joined(joining);
        } else {
            outcome.failed(joining, joining.error);
        }
    }

    private void enter(Joining joining) {
        end(joining);
        Connection connection = joining.connection;
        int slot = joining.channel.add(connection);
        if (joining.channel == everybody) {
            connection.broadcastSlot = slot;
            connection.broadcastByServer = joining.isAutomatic();
        } else {
            connection.subscribed(joining.channel, slot, joining.isAutomatic(), joining.terms != null);
            subscriptions++;
        }
        if (joining.terms != null) {
            outcome.began(joining, joining.terms);
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
        local.confirmedAt(answer.position());
        List<Joining> joiners = local.joiners;
        local.joiners = null;
        if (joiners != null) {
            proceed(local, joiners);
        }
    }

    /** What somebody missed, or that this is not to be had any more. */
    void recovered(Recovered answer) {
        Joining joining = answered(answer.ask());
        if (joining == null) {
            return;
        }
        LocalChannel local = joining.channel;
        assert local.isAt(new Since(answer.position().epoch(), answer.position().offset()))
                : local.channel + " stands at " + local.position() + ", recovered at " + answer.position();
        int bytes = answer.publications().stream()
                .mapToInt(each -> each.length() + 1)
                .sum();
        settle(
                joining,
                answer.recovered() && outcome.takes(joining, bytes),
                answer.publications().stream().map(Envelopes::json).toList());
        closeIfEmpty(local);
        tell(joining);
    }

    void refused(RecoveryRefused answer) {
        Joining joining = answered(answer.ask());
        if (joining != null) {
            fail(joining);
        }
    }

    /** The join whose question that was; null when that is nobody's any more. */
    private @Nullable Joining answered(int ask) {
        Joining joining = recovering.remove(ask);
        if (joining != null) {
            joining.ask = 0;
            joining.channel.recovering(-1);
        }
        return joining;
    }

    private void fail(Joining joining) {
        withdraw(joining);
        outcome.failed(joining, ErrorCode.INTERNAL);
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
            joiners.forEach(joining -> outcome.failed(joining, ErrorCode.INTERNAL));
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
                fail(first);
            }
        }
    }

    /** Ends a join that nobody wants any more; its answer is dropped when it comes. */
    void withdraw(Joining joining) {
        end(joining);
        if (answered(joining.ask) == null) {
            joining.channel.removeJoiner(joining);
        }
        closeIfEmpty(joining.channel);
    }

    /** Ends a subscription of a connection that has it: from here on it gets nothing of the channel. */
    void leave(Connection connection, LocalChannel local) {
        if (local == everybody) {
            leaveBroadcast(connection);
        } else {
            leave(connection, connection.indexOf(local));
        }
    }

    void leave(Connection connection, int index) {
        LocalChannel local = connection.subscription(index);
        vacate(local, connection.unsubscribed(index));
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
            pending.releaseHeld();
            List.copyOf(pending.joins).forEach(this::withdraw);
        }
    }

    /** Gives a suspended subscription its place again: from here on the connection gets what comes. */
    void resume(Connection connection, PositionedChannel local) {
        local.suspended--;
        connection.moved(local, local.add(connection));
    }

    private void closeIfEmpty(LocalChannel local) {
        if (local != everybody && local.isEmpty() && channels.remove(local.channel, local)) {
            local.givenUp = true;
            router.interestEnded(local.channel);
        }
    }
}
