package dev.millipede.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;

/**
 * A connection's socket as a Netty channel whose pipeline has been stripped to this one handler (and TLS, where it is on).
 * Confined to the channel's event loop.
 *
 * <p>A handler for each connection, not one shared by all: it is 24 bytes, where finding the connection of a channel
 * through its attributes would take 56.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as channelInactive
final class ChannelTransport extends ChannelInboundHandlerAdapter implements Transport {
    private final Connection connection;
    private final Channel channel;
    private final boolean direct;

    ChannelTransport(Channel channel, Connection connection) {
        this.channel = channel;
        this.connection = connection;
        this.direct = channel.pipeline().get(SslHandler.class) == null;
        connection.transport = this;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf data)) {
            ReferenceCountUtil.release(message);
            return;
        }
        ContextInternal vertxContext = connection.instance.context;
        ContextInternal previous = vertxContext.beginDispatch();
        try {
            connection.instance.received(connection, data);
        } finally {
            vertxContext.endDispatch(previous);
            data.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        connection.instance.outbox.flush();
    }

    /** Whoever makes us queue half its bound without reading is not read from until that has drained. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        channel.config().setAutoRead(channel.isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connection.transportClosed();
    }

    /** A reset by the peer, a failed read: the socket is of no more use, and nobody's fault to be logged. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            connection.instance.failed(cause);
        }
        close();
    }

    @Override
    public void write(ByteBuf frames) {
        if (direct) {
            channel.unsafe().write(frames, channel.voidPromise());
        } else {
            channel.write(frames, channel.voidPromise());
        }
    }

    @Override
    public void flush() {
        if (direct) {
            channel.unsafe().flush();
        } else {
            channel.flush();
        }
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return unsent == null ? 0 : unsent.totalPendingWriteBytes();
    }

    @Override
    public void end() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (channel instanceof DuplexChannel duplex && direct && channel.isActive()) {
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
    }

    @Override
    public void pauseReading(boolean pause) {
        channel.config().setAutoRead(!pause);
    }

    @Override
    public void close() {
        channel.close();
    }
}
