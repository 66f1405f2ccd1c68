package dev.millipede.websocket;

import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage.Subscription;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription on its way: the router has been asked for the channel, or what the client missed in it. Ends exactly
 * once, as joined, refused, overdue or cancelled; what comes later for it is dropped.
 */
final class Joining {
    /** The command is the connect itself: the channel is an automatic one. */
    static final long AUTOMATIC = 0;

    final Connection connection;
    final LocalChannel channel;

    /** Id of the subscribe command to be answered, or {@link #AUTOMATIC}. */
    final long command;

    /** What the client has seen of the channel; null when it does not want to recover. */
    final @Nullable Since since;

    /** Whether the client wants error 112 rather than a subscription that is not recovered. */
    final boolean strict;

    /** What a token says of it; null where none has to do with it. */
    final @Nullable Terms terms;

    /** What allowed it; another one may hold when it ends. */
    final Policy policy;

    /** When it has waited too long, on the loop's monotonic clock in nanoseconds. */
    final long deadline;

    /** Commands for the same channel that came meanwhile, in order. */
    final ArrayDeque<Command> waiting = new ArrayDeque<>(0);

    /** Number of the question what was missed; 0 when none is under way. */
    int ask;

    boolean ended;

    /** Why it has failed, once that is known. */
    @Nullable
    ErrorCode error;

    /** Once it has ended as joined: where the channel stood then. */
    @Nullable
    Position entered;

    /** Once it has ended as joined: what the client is told. */
    Subscription subscription = Subscription.PLAIN;

    Joining(
            Connection connection,
            LocalChannel channel,
            long command,
            @Nullable Since since,
            boolean strict,
            @Nullable Terms terms,
            Policy policy,
            long deadline) {
        this.connection = connection;
        this.channel = channel;
        this.command = command;
        this.since = since;
        this.strict = strict;
        this.terms = terms;
        this.policy = policy;
        this.deadline = deadline;
    }

    /** Whether it is the connect command that waits for this one. */
    boolean isAutomatic() {
        return command == AUTOMATIC;
    }

    /** Makes up what the client is told when it joins where the channel now stands, or the error that it wants instead. */
    void decide(boolean recovered, List<byte[]> publications) {
        entered = channel.position();
        if (since == null) {
            subscription = entered == null ? Subscription.PLAIN : Subscription.from(entered);
        } else if (recovered && entered != null) {
            subscription = new Subscription(new Position(entered.epoch(), since.offset()), true, true, publications);
        } else {
            subscription = new Subscription(entered, true, false, List.of());
            error = strict ? ErrorCode.UNRECOVERABLE_POSITION : null;
        }
    }
}
