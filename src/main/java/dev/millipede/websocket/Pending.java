package dev.millipede.websocket;

import dev.millipede.protocol.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a connection waits for: joins under way, and the commands that came while its connect was not yet answered. */
final class Pending {
    final List<Joining> joins = new ArrayList<>(2);

    /** The connect command to be answered when all automatic channels are confirmed; null once it is. */
    Command.@Nullable Connect connect;

    /** Joins of automatic channels that have not ended yet, and one until all have been started. */
    int awaited;

    /** Commands held back until connect is answered; the transport does not read meanwhile. */
    final ArrayDeque<Command> held = new ArrayDeque<>(0);

    boolean isIdle() {
        return connect == null && joins.isEmpty() && held.isEmpty();
    }
}
