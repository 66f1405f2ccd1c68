package dev.millipede.websocket;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Revocation;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.ConfirmationsVoid;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.NodeRecord.InstanceStatus;
import dev.millipede.channel.Position;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.Protocol;
import dev.millipede.protocol.ServerMessage;
import dev.millipede.websocket.frame.FrameLimits;
import dev.millipede.websocket.frame.FrameReader;
import io.netty.buffer.ByteBuf;
import io.vertx.core.internal.ContextInternal;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything the connections of one event loop share. Confined to the event loop of its WebSocketVerticle.
 */
final class Instance {
    private static final Logger log = LoggerFactory.getLogger(Instance.class);

    /** A message may come in one fragment for so many bytes of its limit: 1,024 by default. */
    private static final int BYTES_PER_FRAGMENT = 64;

    private static final int READ_SCRATCH = 64 << 10;

    final int number;
    final ContextInternal context;
    final Metrics metrics;
    final Protocol protocol;
    final Broker broker;
    final FrameReader frames;
    final Outbox outbox;
    final Rates rates;
    final FanOut fanOut;
    final Heartbeat heartbeat;
    final Opening opening;
    final CommandHandler commands;
    final LocalSubscribers subscribers;
    final Resets resets;
    final SubscriptionTokens tokens;
    final Admission admission;
    final Recheck recheck;

    private final byte[] scratch = new byte[READ_SCRATCH];
    private final RandomGenerator random;
    private final Slots slots;
    private final int instances;
    private int connections;
    private Runnable whenEmpty = () -> {};
    private Policy policy;

    Instance(int number, ContextInternal context, Loop loop, RouterLink router, Shared shared, RandomGenerator random) {
        WebSocketConfig config = shared.config();
        this.number = number;
        this.context = context;
        this.random = random;
        this.metrics = loop.metrics();
        this.protocol = shared.protocol();
        this.broker = shared.broker();
        this.slots = shared.slots();
        this.frames = new FrameReader(new FrameLimits(
                config.maxFrameSize(), config.maxMessageSize(), config.maxMessageSize() / BYTES_PER_FRAGMENT));
        this.outbox = new Outbox(loop, config.outboxLimit());
        this.fanOut = new FanOut(loop, outbox, router, shared.sliceNanos(), this::dropped);
        this.heartbeat =
                new Heartbeat(outbox, protocol, config, random, (connection, tick) -> expire(connection, tick));
        this.policy = shared.policy();
        this.rates = new Rates(this);
        this.instances = shared.instances();
        outbox.boundAll(UnsentBound.share(policy.limits(), instances));
        this.heartbeat.grace(policy.rules().expiryGrace());
        this.tokens = new SubscriptionTokens(this);
        this.admission = new Admission(this, shared.userCounts(), shared.revocations());
        this.recheck = new Recheck(this, loop);
        this.opening = new Opening(this, config.pingInterval());
        this.commands = new CommandHandler(
                this, new HistoryReader(this, shared.recovery().maxPublications()));
        this.subscribers = new LocalSubscribers(loop, router, policy.rules().broadcast(), new JoinAnswers(this));
        this.resets = new Resets(this, loop, shared.recovery().resetSpread(), random);
    }

    /** What holds now. */
    Policy policy() {
        return policy;
    }

    /** From now on another policy holds. */
    void apply(Policy next) {
        policy = next;
        outbox.boundAll(UnsentBound.share(next.limits(), instances));
        heartbeat.grace(next.rules().expiryGrace());
        recheck.policyChanged();
    }

    /** These are not in force any more: whoever came by them has to go. */
    void revoked(Set<Revocation> revocations) {
        recheck.revoked(revocations);
    }

    private void expire(Connection connection, int tick) {
        tokens.expire(connection, tick);
    }

    /** Whether the caller may touch what this instance owns; for assertions. */
    boolean onLoop() {
        return context.inThread();
    }

    int connections() {
        return connections;
    }

    InstanceStatus status() {
        return new InstanceStatus(number, connections, subscribers.subscriptions());
    }

    /** A number from 0 to one less than the bound. */
    int random(int bound) {
        return random.nextInt(bound);
    }

    Slots slots() {
        return slots;
    }

    /**
     * A new connection, for which a slot has been taken, counted and under its connect deadline; its transport must be set
     * at once.
     */
    Connection accept(ConnectionFactory factory) {
        Connection connection = factory.create(this, random.nextLong(), random.nextLong());
        connections++;
        metrics.connectionOpened();
        heartbeat.opened(connection);
        return connection;
    }

    /** Makes connections; a seam for the echo server of the conformance tests. */
    interface ConnectionFactory {
        Connection create(Instance instance, long idHigh, long idLow);
    }

    void received(Connection from, ByteBuf data) {
        int bytes = data.readableBytes();
        metrics.bytesReceived(bytes);
        try {
            while (data.isReadable()) {
                int count = Math.min(data.readableBytes(), scratch.length);
                data.readBytes(scratch, 0, count);
                from.received(scratch, count);
            }
            rates.received(from, bytes);
        } catch (RuntimeException e) {
            failed(e);
            from.failed();
        }
    }

    /** Serves a connection outside its own input: what throws closes this one and nobody else notices. */
    void guarded(Connection connection, Runnable service) {
        try {
            service.run();
        } catch (RuntimeException e) {
            failed(e);
            connection.failed();
        }
    }

    void reply(Connection to, ServerMessage message) {
        outbox.send(to, protocol, message);
    }

    /** Answers a command with an error, counted. */
    void fail(Connection to, long id, ErrorCode error) {
        metrics.commandFailed(error.code());
        reply(to, new ServerMessage.Failed(id, error));
    }

    /** Ends a subscription of a connection that has it, and tells the client. */
    void endSubscription(Connection connection, LocalChannel local, int code, String reason) {
        subscribers.leave(connection, local);
        reply(connection, new ServerMessage.UnsubscribePush(local.channel.name(), code, reason));
    }

    /** The connection is no longer part of anything. */
    void left(Connection connection, int code) {
        subscribers.leaveAll(connection);
        admission.left(connection);
        metrics.connectionClosed(code);
    }

    /** The connection's socket is closed. */
    void gone(Connection connection) {
        heartbeat.gone(connection);
        slots.giveBack();
        Extras extras = connection.extras;
        if (extras != null && extras.share != null) {
            extras.share.giveBack();
        }
        if (--connections == 0) {
            whenEmpty.run();
        }
    }

    /** Handles what the router says. */
    void told(InstanceRecord record) {
        if (record instanceof Delivery delivery) {
            LocalChannel channel = subscribers.get(delivery.channel());
            if (channel != null) {
                channel.delivered(delivery.offset());
            }
            fanOut.deliver(channel, delivery.envelopes().json());
        } else if (record instanceof InterestConfirmed confirmed) {
            subscribers.confirmed(confirmed);
        } else if (record instanceof InterestRefused refused) {
            subscribers.refused(refused);
        } else if (record instanceof Recovered recovered) {
            subscribers.recovered(recovered);
        } else if (record instanceof RecoveryRefused refused) {
            subscribers.refused(refused);
        } else if (record instanceof PositionLost lost) {
            resets.lost(lost);
        } else if (record instanceof ConfirmationsVoid) {
            subscribers.confirmationsVoid();
        }
    }

    /** Publications of a channel are gone here: where they are kept, its members have to come back for them. */
    private void dropped(LocalChannel channel) {
        Position position = channel.position();
        if (position != null) {
            resets.lost(new PositionLost(channel.channel, position));
        }
    }

    /** Closes every connection with a code; {@code done} runs when the last socket is closed. */
    void closeAll(CloseCode code, Runnable done) {
        whenEmpty = done;
        heartbeat.all().forEach(connection -> connection.close(code));
        outbox.flush();
        if (connections == 0) {
            done.run();
        }
    }

    /** Something of ours threw while it served a connection; the caller closes that one. */
    void failed(Throwable cause) {
        log.error("a connection failed", cause);
    }
}
