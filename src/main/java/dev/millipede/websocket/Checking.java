package dev.millipede.websocket;

import dev.millipede.protocol.Command;
import java.util.ArrayDeque;

/** A subscribe command whose token is being verified elsewhere, and the commands for the same channel that came meanwhile. */
final class Checking {
    final String channel;
    final ArrayDeque<Command> waiting = new ArrayDeque<>(0);

    Checking(String channel) {
        this.channel = channel;
    }
}
