package dev.millipede.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection's socket as a Netty channel whose pipeline has been stripped to this one handler (and TLS, where it is on).
 * Confined to the channel's event loop.
 *
 * <p>A handler for each connection, not one shared by all: it is 24 bytes, less than the attribute by which a shared one
 * would have to find the connection of a channel.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as channelInactive
final class ChannelTransport extends ChannelInboundHandlerAdapter implements Transport {
    private final Connection connection;
    private final Channel channel;

    /** The descriptor, where writing to it is no different from writing to the channel: epoll without TLS. */
    private final @Nullable Socket socket;

    ChannelTransport(Channel channel, Connection connection) {
        this.channel = channel;
        this.connection = connection;
        boolean plain = channel.pipeline().get(SslHandler.class) == null;
        this.socket = plain && channel instanceof EpollSocketChannel epoll ? (Socket) epoll.fd() : null;
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
        channel.config().setAutoRead(channel.isWritable() && !connection.isHeldBack() && !connection.isThrottled());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connection.transportClosed();
    }

    /** A reset by the peer, a failed read, bytes that are no TLS: no fault of ours to be logged. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            connection.instance.failed(cause);
        }
        close();
    }

    @Override
    public void write(ByteBuf frames) {
        if (socket != null) {
            channel.unsafe().write(frames, channel.voidPromise());
        } else {
            channel.write(frames, channel.voidPromise());
        }
    }

    @Override
    public int sendNow(ByteBuf shared, int offset, int length) {
        if (socket == null || !shared.hasMemoryAddress()) {
            return 0;
        }
        if (!socket.isOpen()) {
            // The connection has not heard of it yet; the descriptor's number may be somebody else's by now.
            return -1;
        }
        assert pendingBytes() == 0;
        try {
            return socket.sendAddress(shared.memoryAddress(), offset, offset + length);
        } catch (IOException e) {
            close();
            return -1;
        }
    }

    @Override
    public void flush() {
        if (socket != null) {
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
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        ChannelFuture last = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        last.addListener(written -> {
            if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                duplex.shutdownOutput();
            } else {
                channel.close();
            }
        });
    }

    @Override
    public void pauseReading(boolean pause) {
        channel.config().setAutoRead(!pause && channel.isWritable() && !connection.isThrottled());
    }

    @Override
    public void close() {
        channel.close();
    }
}
