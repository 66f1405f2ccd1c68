package dev.millipede.balancers;

import dev.millipede.channel.Position;
import dev.millipede.client.ClientListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one client of a crowd has met with. Written on the loop of its crowd, read anywhere. */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
final class Member implements ClientListener {
    volatile boolean subscribed;
    /** The codes that its connections ended with. */
    volatile List<Integer> ends = List.of();

    volatile int lost;

    /** The number in the latest publication, 0 = none yet. */
    volatile int last;

    @Override
    public void subscribed(String channel, boolean wasRecovering, boolean recovered, @Nullable Position position) {
        subscribed |= channel.startsWith("room:");
    }

    @Override
    public void disconnected(int code, boolean reconnects) {
        List<Integer> more = new ArrayList<>(ends);
        more.add(code);
        ends = List.copyOf(more);
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
