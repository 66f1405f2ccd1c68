package dev.millipede.balancers;

import dev.millipede.channel.Position;
import dev.millipede.client.ClientListener;
import org.jspecify.annotations.Nullable;

/** What one client of a crowd has met with. Written on the loop of its crowd, read anywhere. */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
final class Member implements ClientListener {
    volatile boolean subscribed;
    volatile int cuts;
    volatile int lost;

    /** The number in the latest publication, 0 = none yet. */
    volatile int last;

    @Override
    public void subscribed(String channel, boolean wasRecovering, boolean recovered, @Nullable Position position) {
        subscribed |= channel.startsWith("room:");
    }

    @Override
    public void disconnected(int code, boolean reconnects) {
        cuts++;
        System.out.println("a client's connection ended with " + code);
    }

    @Override
    public void publication(String channel, @Nullable Position position, @Nullable Object data) {
        if (data instanceof Integer number) {
            if (number != last + 1) {
                lost++;
            }
            last = number;
        }
    }
}
