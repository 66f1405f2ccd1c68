package dev.millipede.backplane.redis;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One user's connections on this node, and who asks to be one more. Confined to the event loop of the router. */
final class UserShare {
    final String user;

    /** Connections that were granted and have not left. */
    int count;

    /** Redis is being asked or told of this user; nothing else is then, so that the last word is the newest. */
    boolean busy;

    /** Redis has to be told of the count. */
    boolean changed;

    private @Nullable ArrayDeque<Waiting> waiting;

    private record Waiting(int limit, Consumer<Boolean> answer) {}

    UserShare(String user) {
        this.user = user;
    }

    /** Nothing is to be remembered of it. */
    boolean isOver() {
        return count == 0 && !busy && !changed && waiting == null;
    }

    boolean isAwaited() {
        return waiting != null;
    }

    void await(int limit, Consumer<Boolean> answer) {
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
        }
        waiting.add(new Waiting(limit, answer));
    }

    /** The limit of who waits longest. */
    int limit() {
        return waiting == null || waiting.isEmpty() ? 0 : waiting.element().limit;
    }

    /** How many of those who wait longest have the same limit. */
    int together() {
        int limit = limit();
        int together = 0;
        if (waiting != null) {
            for (Waiting each : waiting) {
                if (each.limit != limit) {
                    break;
                }
                together++;
            }
        }
        return together;
    }

    /** Answers who waits longest, and counts them where that is yes. */
    void answer(boolean granted) {
        if (waiting != null) {
            Waiting first = waiting.remove();
            if (waiting.isEmpty()) {
                waiting = null;
            }
            if (granted) {
                count++;
            }
            first.answer.accept(granted);
        }
    }
}
