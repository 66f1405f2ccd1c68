package dev.millipede.websocket;

import dev.millipede.auth.Action;
import dev.millipede.auth.Decision;
import dev.millipede.auth.Standing;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Publication;
import dev.millipede.metrics.CommandKind;
import dev.millipede.metrics.LimitKind;
import dev.millipede.metrics.Source;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage;
import dev.millipede.websocket.Connection.State;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the commands of connections, in order for each. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>What a client does wrong is answered by the tables: with an {@link ErrorCode} where it may go on, with a
 * {@link CloseCode} where it may not.
 */
final class CommandHandler implements Command.Receiver<Connection> {
    /** Commands that may wait for one subscription. */
    private static final int MAX_WAITING = 128;

    /** What all commands of a connection may weigh that wait for subscriptions. */
    private static final int MAX_WAITING_BYTES = 256 << 10;

    /** What one weighs besides its data. */
    private static final int COMMAND_BYTES = 128;

    /** The longest a client waits for the backplane's answer to its command. */
    static final long MAX_WAIT_MILLIS = 3_000;

    private final Instance instance;
    private final HistoryReader histories;

    CommandHandler(Instance instance, HistoryReader histories) {
        this.instance = instance;
        this.histories = histories;
    }

    private Rules rules() {
        return instance.policy().rules();
    }

    /** Carries out a command, or holds it back until the connect before it is answered. */
    void accept(Connection from, Command command) {
        Pending pending = from.pending;
        if (pending != null && from.isHeldBack()) {
            pending.held.add(command);
        } else if (from.state == State.CONNECTED
                || (from.state == State.OPENING && command instanceof Command.Connect)) {
            command.deliver(this, from);
        } else {
            from.close(CloseCode.BAD_REQUEST);
        }
    }

    /** Commands for one channel are serial: what comes while its subscription is on its way waits for the end of that. */
    private boolean waits(Connection from, String channel, Command command, long id) {
        ArrayDeque<Command> waiting = from.waiting(channel);
        if (waiting == null) {
            return false;
        }
        Pending pending = from.makePending();
        if (waiting.size() < MAX_WAITING && pending.waitingBytes + weight(command) <= MAX_WAITING_BYTES) {
            pending.waitingBytes += weight(command);
            waiting.add(command);
        } else {
            instance.fail(from, id, ErrorCode.TOO_MANY_REQUESTS);
        }
        return true;
    }

    /** A subscription has come or failed: carries out what waited for that. */
    void resume(Connection from, ArrayDeque<Command> waiting) {
        while (from.isOpen() && !waiting.isEmpty()) {
            Command command = waiting.remove();
            if (from.pending != null) {
                from.pending.waitingBytes = Math.max(0, from.pending.waitingBytes - weight(command));
            }
            accept(from, command);
        }
    }

    private static int weight(Command command) {
        return COMMAND_BYTES
                + (command instanceof Command.Publish publish && publish.data() != null
                        ? publish.data().length()
                        : 0);
    }

    @Override
    public void connect(Connection from, Command.Connect command) {
        count(CommandKind.CONNECT);
        if (from.state == State.OPENING) {
            instance.opening.connect(from, command);
        } else {
            from.close(CloseCode.BAD_REQUEST);
        }
    }

    @Override
    public void subscribe(Connection from, Command.Subscribe command) {
        if (waits(from, command.channel(), command, command.id())) {
            return;
        }
        count(CommandKind.SUBSCRIBE);
        Channel channel = channel(from, command.id(), command.channel());
        if (channel == null) {
            return;
        }
        String token = command.token();
        boolean byToken =
                token != null && !token.isEmpty() && !rules().permissions().isInsecure();
        ErrorCode refusal = refusal(from, channel, byToken ? Standing.TOKEN : Standing.NOTHING);
        if (refusal != null) {
            instance.fail(from, command.id(), refusal);
        } else if (byToken && token != null) {
            instance.tokens.subscribe(from, channel, command, token);
        } else {
            instance.subscribers.join(from, channel, command.id(), command.since(), command.strict(), null);
        }
    }

    /** @param standing a token only once it is verified: until then what it would allow */
    private @Nullable ErrorCode refusal(Connection from, Channel channel, Standing standing) {
        if (from.isSubscribed(channel)) {
            return ErrorCode.ALREADY_SUBSCRIBED;
        }
        if (isDenied(from, Action.SUBSCRIBE, channel, standing)) {
            return ErrorCode.PERMISSION_DENIED;
        }
        if (from.channels() < instance.policy().limits().channelsPerConnection()) {
            return null;
        }
        instance.metrics.limited(LimitKind.CHANNELS);
        return ErrorCode.LIMIT_EXCEEDED;
    }

    private boolean isDenied(Connection from, Action action, Channel channel) {
        return isDenied(from, action, channel, from.isSubscribed(channel) ? Standing.SUBSCRIBED : Standing.NOTHING);
    }

    private boolean isDenied(Connection from, Action action, Channel channel, Standing standing) {
        return rules().permissions().decide(from.user, action, channel, standing) == Decision.DENIED;
    }

    @Override
    public void unsubscribe(Connection from, Command.Unsubscribe command) {
        if (waits(from, command.channel(), command, command.id())) {
            return;
        }
        count(CommandKind.UNSUBSCRIBE);
        if (Channel.isValid(command.channel())) {
            Channel channel = Channel.of(command.channel(), rules().namespaces());
            if (channel != null) {
                leave(from, channel);
            }
        }
        instance.reply(from, new ServerMessage.Unsubscribed(command.id()));
    }

    private void leave(Connection from, Channel channel) {
        if (channel.isBroadcast() && from.broadcastSlot != Connection.NO_SLOT) {
            instance.subscribers.leaveBroadcast(from);
        } else {
            int index = from.find(channel);
            if (index >= 0) {
                instance.subscribers.leave(from, index);
            }
        }
    }

    @Override
    public void publish(Connection from, Command.Publish command) {
        if (waits(from, command.channel(), command, command.id())) {
            return;
        }
        count(CommandKind.PUBLISH);
        Channel channel = channel(from, command.id(), command.channel());
        if (channel == null) {
            return;
        }
        if (command.data() == null) {
            instance.fail(from, command.id(), ErrorCode.BAD_REQUEST);
            return;
        }
        if (isDenied(from, Action.PUBLISH, channel)) {
            instance.fail(from, command.id(), ErrorCode.PERMISSION_DENIED);
            return;
        }
        Future<Published> publishing =
                instance.broker.publish(new Publication(channel, command.data(), from.clientInfo(channel)));
        (publishing.isComplete() ? publishing : publishing.timeout(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS))
                .onComplete(
                        accepted -> {
                            instance.metrics.publicationIn(channel.namespace().name(), Source.CLIENT);
                            instance.reply(from, new ServerMessage.Published(command.id()));
                        },
                        failure -> instance.fail(from, command.id(), ErrorCode.INTERNAL));
    }

    @Override
    public void history(Connection from, Command.History command) {
        if (waits(from, command.channel(), command, command.id())) {
            return;
        }
        count(CommandKind.HISTORY);
        Channel channel = channel(from, command.id(), command.channel());
        if (channel == null) {
            return;
        }
        if (!channel.namespace().history().isKept()) {
            instance.fail(from, command.id(), ErrorCode.NOT_AVAILABLE);
        } else if (isDenied(from, Action.HISTORY, channel)) {
            instance.fail(from, command.id(), ErrorCode.PERMISSION_DENIED);
        } else {
            histories.read(from, channel, command);
        }
    }

    @Override
    public void refresh(Connection from, Command.Refresh command) {
        count(CommandKind.REFRESH);
        instance.opening.refresh(from, command);
    }

    @Override
    public void subRefresh(Connection from, Command.SubRefresh command) {
        if (waits(from, command.channel(), command, command.id())) {
            return;
        }
        count(CommandKind.SUB_REFRESH);
        instance.tokens.refresh(from, command);
    }

    @Override
    public void notAvailable(Connection from, Command.NotAvailable command) {
        count(CommandKind.NOT_AVAILABLE);
        instance.fail(from, command.id(), ErrorCode.NOT_AVAILABLE);
    }

    @Override
    public void send(Connection from, Command.Send command) {
        count(CommandKind.SEND);
        from.close(CloseCode.NOT_AVAILABLE);
    }

    @Override
    public void pong(Connection from, Command.Pong command) {
        count(CommandKind.PONG);
        if (from.awaitsPong) {
            from.awaitsPong = false;
        } else {
            from.close(CloseCode.BAD_REQUEST);
        }
    }

    /** The channel of that name; null when the command has been answered with an error instead. */
    private @Nullable Channel channel(Connection from, long id, String name) {
        if (!Channel.isValid(name)) {
            instance.fail(from, id, ErrorCode.BAD_REQUEST);
            return null;
        }
        Channel channel = Channel.of(name, rules().namespaces());
        if (channel == null) {
            instance.fail(from, id, ErrorCode.UNKNOWN_CHANNEL);
        }
        return channel;
    }

    private void count(CommandKind kind) {
        instance.metrics.command(kind);
    }
}
