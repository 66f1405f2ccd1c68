package dev.millipede.websocket;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/** When on the event loop something runs. A seam for tests with a clock of their own. */
interface Turns {
    /** After what is queued on the loop already, before the next look at the sockets. */
    void soon(Runnable task);

    /** After the loop has looked at its sockets once: this is how long work gives way to input. */
    void afterIo(Runnable task);

    static Turns of(EventLoop loop) {
        return new Turns() {
            @Override
            public void soon(Runnable task) {
                loop.execute(task);
            }

            @Override
            @SuppressWarnings("FutureReturnValueIgnored")
            public void afterIo(Runnable task) {
                // Due scheduled tasks are fetched once per turn, after the sockets; executed ones would starve them.
                loop.schedule(task, 0, TimeUnit.NANOSECONDS);
            }
        };
    }
}
