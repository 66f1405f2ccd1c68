package dev.millipede.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.impl.VertxHandler;
import java.util.ArrayDeque;
import java.util.Map;

/**
 * Takes a connection out of Vert.x after the HTTP upgrade: Vert.x answers 101, then its handlers leave the pipeline and ours
 * takes their place, so that nothing of the request is kept. On the connection's event loop throughout.
 *
 * <p>Relies on Vert.x 5.0.10: the handler names {@code httpDecoder} and {@code handler}, and that toNetSocket() takes the HTTP
 * codec out of the pipeline. {@code HandshakeIT} holds this.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closing a channel that is of no more use
final class Upgrade {
    private Upgrade() {}

    /** Who gets the channel; told exactly one of the two. */
    interface Taker {
        /** Makes the handler for a pipeline that has no other left but TLS. */
        ChannelTransport open(Channel channel);

        /** The client went away meanwhile. */
        void abandoned();
    }

    static void take(HttpServerRequest request, Taker taker) {
        ChannelPipeline pipeline = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel()
                .pipeline();
        Early early = new Early();
        pipeline.addAfter("httpDecoder", "early", early);
        request.toNetSocket()
                .onComplete(
                        // Not within the read that brought the request: the decoder is still on the stack.
                        socket -> pipeline.channel().eventLoop().execute(() -> strip(pipeline, early, taker)),
                        failure -> {
                            pipeline.channel().close();
                            taker.abandoned();
                        });
    }

    private static void strip(ChannelPipeline pipeline, Early early, Taker taker) {
        Channel channel = pipeline.channel();
        if (!channel.isActive()) {
            early.drop();
            taker.abandoned();
            return;
        }
        ChannelTransport ours;
        try {
            leaveVertx(pipeline);
            clear(pipeline);
            channel.config().setAutoRead(true);
            ours = taker.open(channel);
        } catch (RuntimeException e) {
            early.drop();
            taker.abandoned();
            channel.close();
            throw e;
        }
        pipeline.addLast(ours);
        early.replay(ours, pipeline.context(ours));
    }

    private static void clear(ChannelPipeline pipeline) {
        for (Map.Entry<String, ChannelHandler> each : pipeline.toMap().entrySet()) {
            if (!(each.getValue() instanceof SslHandler)) {
                pipeline.remove(each.getKey());
            }
        }
    }

    /** Lets Vert.x see the end of its connection, so that its own books (metrics, close handlers) are right. */
    private static void leaveVertx(ChannelPipeline pipeline) {
        VertxHandler<?> handler = pipeline.get(VertxHandler.class);
        if (handler != null) {
            handler.channelInactive(pipeline.context(handler));
        }
    }

    /**
     * Keeps bytes that came with the handshake, which the decoder hands on when it leaves, and those that come before the
     * 101 has been sent: not more than a read beyond {@value #LIMIT} bytes.
     */
    private static final class Early extends ChannelInboundHandlerAdapter {
        private static final int LIMIT = 64 << 10;

        private final ArrayDeque<ByteBuf> kept = new ArrayDeque<>(2);
        private int bytes;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf data) {
                kept.add(data);
                bytes += data.readableBytes();
                if (bytes > LIMIT) {
                    context.channel().config().setAutoRead(false);
                }
            } else {
                context.fireChannelRead(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            drop();
            context.fireChannelInactive();
        }

        void replay(ChannelTransport ours, ChannelHandlerContext context) {
            while (!kept.isEmpty()) {
                ours.channelRead(context, kept.remove());
            }
            ours.channelReadComplete(context);
        }

        void drop() {
            kept.forEach(ByteBuf::release);
            kept.clear();
        }
    }
}
