package dev.millipede;

import dev.millipede.metrics.Metrics;
import dev.millipede.websocket.ProxyHeader;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in the server channel of a public listener and sees each connection before anybody else. Confined to Vert.x'
 * acceptor thread, of which there is one.
 */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AcceptHandler.class);

    /** How long nothing is accepted after the kernel refused: without a pause the loop would do nothing but ask again. */
    private static final long PAUSE_MILLIS = 500;

    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final PublicListeners listeners;
    private final Metrics metrics;
    private long logged = System.nanoTime() - LOG_NANOS;

    AcceptHandler(PublicListeners listeners, Metrics metrics) {
        this.listeners = listeners;
        this.metrics = metrics;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        listeners.opened(context.channel());
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        listeners.closed(context.channel());
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (accepted instanceof Channel connection) {
            if (!isWelcome(connection)) {
                connection.unsafe().closeForcibly();
                return;
            }
            listeners.entered(connection);
        }
        context.fireChannelRead(accepted);
    }

    private boolean isWelcome(Channel connection) {
        if (!listeners.expectsProxyHeader()) {
            return true;
        }
        if (!(connection.remoteAddress() instanceof InetSocketAddress peer)
                || !listeners.isTrusted(peer.getAddress())) {
            metrics.proxyRejected("stranger");
            return false;
        }
        ProxyHeader.expect(connection, () -> metrics.proxyRejected("header"));
        return true;
    }

    /** No descriptors are left, or no memory: those who come wait in the kernel's queue, and cost nothing there. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // an executor that takes no tasks any more has no listener either
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        metrics.acceptPaused();
        long now = System.nanoTime();
        if (now - logged >= LOG_NANOS) {
            logged = now;
            log.warn(
                    "cannot accept on {}: {}; asked again twice a second",
                    context.channel().localAddress(),
                    cause.getMessage());
        }
        context.channel().config().setAutoRead(false);
        context.executor()
                .schedule(
                        () -> {
                            if (!listeners.isPaused()) {
                                context.channel().config().setAutoRead(true);
                            }
                        },
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
