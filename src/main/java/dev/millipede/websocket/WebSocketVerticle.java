package dev.millipede.websocket;

import dev.millipede.bus.BusRecord;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskInstance;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.CloseCode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Holds connections: one per core, each with its own event loop, which owns everything in {@link Instance}. Accepts on the
 * public listener together with its siblings, round robin.
 */
public final class WebSocketVerticle extends VerticleBase {
    /** Milliseconds between two looks at how late the loop runs. */
    private static final int LAG_PROBE_MILLIS = 20;

    /** How long a stop waits for connections to close before their sockets are closed for them. */
    private static final long STOP_MILLIS = 3_000;

    private final int number;
    private final Shared shared;
    private final Listener listener;
    private final LocalBus bus;
    private final Metrics metrics;
    private final Instance.ConnectionFactory factory;
    private WriteBufferWaterMark watermarks = WriteBufferWaterMark.DEFAULT;
    private Instance instance;
    private HttpServer server;
    private boolean stopping;
}
