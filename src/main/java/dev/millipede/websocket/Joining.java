package dev.millipede.websocket;

import dev.millipede.protocol.Command;
import java.util.ArrayDeque;

/**
 * A subscription on its way: the router has been asked, or the channel's members are waiting for its answer. Ends exactly
 * once, as joined, refused, overdue or cancelled; what comes later for it is dropped.
 */
final class Joining {
    /** The command is the connect itself: the channel is an automatic one. */
    static final long AUTOMATIC = 0;

    final Connection connection;
    final LocalChannel channel;

    /** Id of the subscribe command to be answered, or {@link #AUTOMATIC}. */
    final long command;

    /** When it has waited too long, on the loop's monotonic clock in nanoseconds. */
    final long deadline;

    /** Commands for the same channel that came meanwhile, in order. */
    final ArrayDeque<Command> waiting = new ArrayDeque<>(0);

    boolean ended;

    Joining(Connection connection, LocalChannel channel, long command, long deadline) {
        this.connection = connection;
        this.channel = channel;
        this.command = command;
        this.deadline = deadline;
    }
}
