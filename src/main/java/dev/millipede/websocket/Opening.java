package dev.millipede.websocket;

import dev.millipede.auth.Identity;
import dev.millipede.auth.TokenChannel;
import dev.millipede.auth.TokenVerdict;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Since;
import dev.millipede.metrics.LimitKind;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage.Connected;
import dev.millipede.protocol.ServerMessage.Refreshed;
import dev.millipede.protocol.ServerMessage.Subscription;
import dev.millipede.websocket.Connection.State;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connect command and what follows from it: identity, automatic channels, the reply when the last of them is confirmed,
 * and later the refresh of the token. Confined to the event loop of its WebSocketVerticle.
 */
final class Opening {
    private final Instance instance;
    private final int pingSeconds;

    Opening(Instance instance, Duration pingInterval) {
        this.instance = instance;
        this.pingSeconds = (int) pingInterval.toSeconds();
    }

    private Rules rules() {
        return instance.policy().rules();
    }

    void connect(Connection from, Command.Connect command) {
        from.state = State.CONNECTING;
        instance.heartbeat.connecting(from);
        Pending pending = from.makePending();
        pending.connect = command;
        from.transport.pauseReading(true);
        when(from, instance.admission.judge(command.token()), verdict -> judged(from, command, verdict));
    }

    /** Goes on with an answer, at once where it is there, unless the connection has been refused or closed meanwhile. */
    private <T> void when(Connection connection, Future<T> answer, Consumer<T> next) {
        if (answer.isComplete()) {
            next.accept(answer.result());
        } else {
            State waiting = connection.state;
            answer.onSuccess(result -> instance.guarded(connection, () -> {
                if (connection.state == waiting) {
                    next.accept(result);
                }
            }));
        }
    }

    private void judged(Connection from, Command.Connect command, TokenVerdict verdict) {
        if (verdict instanceof Valid valid) {
            // Before anything is waited for: who is revoked from here on is found by this.
            from.user = valid.identity().user();
            instance.admission.remember(from, valid);
            when(from, instance.admission.count(from, from.user), granted -> {
                if (granted) {
                    open(from, command, valid);
                } else {
                    instance.metrics.limited(LimitKind.CONNECTIONS_PER_USER);
                    from.close(CloseCode.CONNECTION_LIMIT);
                }
            });
        } else if (verdict instanceof TokenVerdict.Expired) {
            refuse(from, command.id(), ErrorCode.TOKEN_EXPIRED);
        } else if (verdict instanceof TokenVerdict.Unavailable) {
            refuse(from, command.id(), ErrorCode.INTERNAL);
        } else {
            from.close(CloseCode.INVALID_TOKEN);
        }
    }

    private void open(Connection from, Command.Connect command, Valid valid) {
        Identity identity = valid.identity();
        from.info = identity.info();
        instance.heartbeat.expiresIn(from, rules().secondsUntil(identity.expiresAt()));
        Map<Channel, @Nullable Terms> wanted = new LinkedHashMap<>();
        automatic(from.user).forEach(channel -> wanted.put(channel, null));
        for (TokenChannel each : valid.channels()) {
            Channel channel = Channel.of(each.name(), rules().namespaces());
            if (channel == null) {
                refuse(from, command.id(), ErrorCode.UNKNOWN_CHANNEL);
                return;
            }
            wanted.put(channel, new Terms(0, each.info(), each.data()));
        }
        if (wanted.size() > instance.policy().limits().channelsPerConnection()) {
            instance.metrics.limited(LimitKind.CHANNELS);
            from.close(CloseCode.CHANNEL_LIMIT);
            return;
        }
        join(from, command, wanted);
    }

    private void join(Connection from, Command.Connect command, Map<Channel, @Nullable Terms> wanted) {
        Pending pending = from.makePending();
        pending.awaited = wanted.size() + 1;
        wanted.forEach((channel, terms) -> {
            Since since = command.subs().get(channel.name());
            instance.subscribers.join(from, channel, Joining.AUTOMATIC, since, false, terms);
        });
        arrived(from, pending);
    }

    private void arrived(Connection connection, Pending pending) {
        pending.awaited--;
        Command.Connect connect = pending.connect;
        if (pending.awaited == 0 && connect != null) {
            pending.connect = null;
            connection.transport.pauseReading(false);
            connected(connection, connect.id(), pending);
            while (connection.isOpen() && !pending.held.isEmpty()) {
                instance.commands.accept(connection, pending.held.remove());
            }
            connection.dropIdlePending();
        }
    }

    private void connected(Connection connection, long id, Pending pending) {
        connection.state = State.CONNECTED;
        instance.heartbeat.connected(connection);
        instance.reply(
                connection,
                new Connected(
                        id,
                        connection.id(),
                        rules().version(),
                        instance.heartbeat.secondsToExpiry(connection),
                        subscriptions(connection, pending),
                        pingSeconds));
        pending.automatic.clear();
        for (ByteBuf held = pending.pollHeld(); held != null; held = pending.pollHeld()) {
            instance.outbox.offer(connection, held);
        }
    }

    /** What becomes of the automatic channels; a recovery that the outbox cannot hold with all else is none. */
    private Map<String, Subscription> subscriptions(Connection connection, Pending pending) {
        Map<String, Subscription> subscriptions = new LinkedHashMap<>();
        connection.subscriptionNames().forEach(name -> subscriptions.put(name, Subscription.PLAIN));
        long room = instance.outbox.room(connection) - pending.heldBytes - JoinAnswers.REPLY_BYTES;
        for (Joining joining : pending.automatic) {
            Subscription subscription = joining.subscription;
            int bytes = subscription.publications().stream()
                    .mapToInt(body -> body.length + 1)
                    .sum();
            if (bytes > Math.max(0, room)) {
                subscription = new Subscription(joining.entered, true, false, List.of())
                        .by(subscription.ttl(), subscription.data());
            } else {
                room -= bytes;
            }
            subscriptions.replace(joining.channel.channel.name(), subscription);
        }
        return subscriptions;
    }

    void refresh(Connection from, Command.Refresh command) {
        if (command.token().isEmpty()) {
            // Not as in connect: who came by a token, even one without a user, stays by a token.
            from.close(CloseCode.INVALID_TOKEN);
            return;
        }
        Pending pending = from.makePending();
        if (pending.refreshing) {
            instance.fail(from, command.id(), ErrorCode.TOO_MANY_REQUESTS);
            return;
        }
        pending.refreshing = true;
        when(from, instance.admission.judge(command.token()), verdict -> {
            pending.refreshing = false;
            from.dropIdlePending();
            refreshed(from, command, verdict);
        });
    }

    private void refreshed(Connection from, Command.Refresh command, TokenVerdict verdict) {
        if (verdict instanceof Valid valid && valid.identity().user().equals(from.user)) {
            int ttl = rules().secondsUntil(valid.identity().expiresAt());
            instance.admission.wasGood(from);
            instance.admission.remember(from, valid);
            instance.heartbeat.expiresIn(from, ttl);
            instance.reply(from, new Refreshed(command.id(), from.id(), rules().version(), ttl));
        } else if (verdict instanceof TokenVerdict.Expired) {
            instance.fail(from, command.id(), ErrorCode.TOKEN_EXPIRED);
            instance.admission.wasBad(from);
        } else if (verdict instanceof TokenVerdict.Unavailable) {
            instance.fail(from, command.id(), ErrorCode.INTERNAL);
        } else {
            from.close(CloseCode.INVALID_TOKEN);
        }
    }

    private List<Channel> automatic(String user) {
        List<Channel> channels = new ArrayList<>(2);
        LocalChannel everybody = instance.subscribers.everybody();
        if (everybody != null) {
            channels.add(everybody.channel);
        }
        for (Namespace namespace : rules().namespaces().all()) {
            if (namespace.automatic() && !namespace.name().equals(Channel.BROADCAST) && !user.isEmpty()) {
                channels.add(Channel.personal(namespace, user));
            }
        }
        return channels;
    }

    /** An automatic channel is confirmed. */
    void joined(Joining joining) {
        Pending pending = joining.connection.pending;
        if (pending != null) {
            pending.automatic.add(joining);
            arrived(joining.connection, pending);
        }
    }

    /** An automatic channel is not to be had now: the client is told to come again. */
    void failed(Connection connection) {
        Pending pending = connection.pending;
        if (pending != null && pending.connect != null) {
            refuse(connection, pending.connect.id(), ErrorCode.INTERNAL);
        }
    }

    /** After an error the connection takes no further command; the SDK closes it. */
    private void refuse(Connection connection, long id, ErrorCode error) {
        instance.subscribers.leaveAll(connection);
        instance.admission.left(connection);
        connection.transport.pauseReading(false);
        connection.state = State.REFUSED;
        instance.fail(connection, id, error);
    }
}
