package dev.millipede.client;

import dev.millipede.channel.Position;
import org.jspecify.annotations.Nullable;

/** One subscription of a client, its own or one of the server's. Confined to the client's event loop. */
final class Subscription {
    final String channel;
    final Backoff backoff;
    boolean subscribed;
    /** The subscribe that is under way, 0 = none. */
    int call;

    private @Nullable Position position;
    private @Nullable Runnable cancelRetry;

    Subscription(String channel, Backoff backoff) {
        this.channel = channel;
        this.backoff = backoff;
    }

    /** Where to go on from; null when it is not recoverable. */
    @Nullable
    Position position() {
        return position;
    }

    void begin(@Nullable Position from) {
        subscribed = true;
        call = 0;
        position = from;
        backoff.reset();
    }

    /** A publication of the stream came; returns where it stands, null when it has no offset. */
    @Nullable
    Position advance(long offset) {
        if (offset == 0) {
            return null;
        }
        Position current = position;
        if (current == null) {
            return null;
        }
        position = new Position(current.epoch(), offset);
        return position;
    }

    void breakOff() {
        subscribed = false;
        call = 0;
        cancelRetry();
    }

    void retry(Runnable cancel) {
        cancelRetry();
        cancelRetry = cancel;
    }

    void cancelRetry() {
        if (cancelRetry != null) {
            cancelRetry.run();
            cancelRetry = null;
        }
    }
}
