package dev.millipede.websocket;

import dev.millipede.protocol.Command;
import java.util.ArrayDeque;

/** A subscribe or sub_refresh command whose token is being verified elsewhere, and the commands for the same channel that came meanwhile. */
final class Checking {
    final String channel;

    /** Whether it is for a subscription there is not yet. */
    final boolean subscribes;

    final ArrayDeque<Command> waiting = new ArrayDeque<>(0);

    Checking(String channel, boolean subscribes) {
        this.channel = channel;
        this.subscribes = subscribes;
    }
}
