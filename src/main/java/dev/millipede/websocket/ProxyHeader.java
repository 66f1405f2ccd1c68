package dev.millipede.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer says about a client before the client's first byte: the header of the PROXY protocol, version 1 or 2
 * (haproxy's proxy-protocol.txt). Stands first in the pipeline, so that TLS begins behind it, and stays there, knowing the
 * address, until the connection becomes a WebSocket. Confined to the event loop of its connection.
 */
public final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {
    /** Bytes of TLVs a header may carry (version 2): balancers add an id, a unique name, facts about TLS. */
    private static final int MAX_TLV_BYTES = 2 << 10;

    private final Runnable rejected;
    private @Nullable InetAddress client;
    private boolean failed;

    private ProxyHeader(Runnable rejected) {
        super(HAProxyMessage.class);
        this.rejected = rejected;
    }

    /**
     * Expects the header from a connection that was accepted and has no handlers yet. One that begins otherwise is closed.
     *
     * @param rejected told so then
     */
    public static void expect(Channel accepted, Runnable rejected) {
        accepted.pipeline().addLast(new HAProxyMessageDecoder(MAX_TLV_BYTES), new ProxyHeader(rejected));
    }

    /** The client; null where the balancer speaks for itself (LOCAL, UNKNOWN), as its health checks do. */
    @Nullable
    InetAddress client() {
        return client;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HAProxyMessage header) {
        String source = header.sourceAddress();
        client = source == null ? null : ClientAddress.address(source);
    }

    /** Of what stands behind it this handler hears nothing: it was the header. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // closing a channel that is of no more use
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException) {
            if (!failed) {
                // Once: the decoder says it again when the connection ends.
                failed = true;
                rejected.run();
                context.close();
            }
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
