package dev.millipede.client;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;

/** One event loop that clients live on, its sockets and its time. Made on any thread. */
public final class ClientLoop implements Timers {
    private static final int DIAL_MILLIS = 5_000;

    private final Vertx vertx;
    private final Context context;
    private final NetClient sockets;

    /** A new event loop context of this Vert.x, whose closing ends it. */
    public ClientLoop(Vertx vertx) {
        this(vertx, new NetClientOptions());
    }

    /** The same with sockets of these options, such as TLS. */
    public ClientLoop(Vertx vertx, NetClientOptions options) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.sockets =
                vertx.createNetClient(options.setConnectTimeout(DIAL_MILLIS).setTcpNoDelay(true));
    }

    /** Runs a task on the loop; safe on any thread. */
    public void run(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    /** Begins to open a WebSocket. On the loop. */
    WebSocketLine dial(SocketAddress address, WebSocketLine.Events events) {
        WebSocketLine line = new WebSocketLine(address, events);
        sockets.connect(address).onSuccess(line::connected).onFailure(line::refused);
        return line;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Runnable after(long millis, Runnable task) {
        long timer = vertx.setTimer(Math.max(1, millis), ignored -> task.run());
        return () -> vertx.cancelTimer(timer);
    }
}
