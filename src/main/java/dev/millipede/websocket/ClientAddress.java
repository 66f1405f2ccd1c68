package dev.millipede.websocket;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a client really is, when a balancer stands in between: what the listed balancers say and nobody else. Reads only
 * addresses, never names; safe on any thread.
 */
public final class ClientAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    /** Hops of proxies that are looked at; more are nobody's. */
    private static final int MAX_HOPS = 16;

    private final Source source;
    private final AddressRanges trusted;

    /** What says where a client is; the words of {@code http.clientAddress}. */
    public enum Source {
        /** The socket: no balancer, or one that nobody needs to see through. */
        SOCKET,
        /** The header of the PROXY protocol, which every connection of a trusted proxy begins with; others are cut. */
        PROXY,
        /** The last address in X-Forwarded-For that is no trusted proxy, where a trusted proxy sent the request. */
        FORWARDED
    }

    ClientAddress(Source source, AddressRanges trusted) {
        this.source = source;
        this.trusted = trusted;
    }

    /** The client that a request is of, null where it has gone; on the event loop of its connection. */
    @Nullable
    InetAddress of(HttpServerRequest request) {
        var channel = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel();
        ProxyHeader proxied = channel.pipeline().get(ProxyHeader.class);
        if (proxied != null && proxied.client() != null) {
            return proxied.client();
        }
        if (!(channel.remoteAddress() instanceof InetSocketAddress socket)) {
            return null;
        }
        InetAddress peer = socket.getAddress();
        return source == Source.FORWARDED ? forwarded(peer, request.headers().getAll(FORWARDED_FOR)) : peer;
    }

    /**
     * Goes from proxy to proxy, the last first, as long as each is trusted.
     *
     * @param headers the values of all X-Forwarded-For headers, in their order
     */
    InetAddress forwarded(InetAddress peer, List<String> headers) {
        String[] hops = String.join(",", headers).split(",", -1);
        InetAddress client = peer;
        int last = Math.max(0, hops.length - MAX_HOPS);
        for (int i = hops.length - 1; i >= last && trusted.hold(client); i--) {
            InetAddress before = address(hops[i].strip());
            if (before == null) {
                return client;
            }
            client = before;
        }
        return client;
    }

    /** The address a text spells, with or without brackets and a port; null where it is none. */
    static @Nullable InetAddress address(String text) {
        byte[] bytes = bytes(text);
        if (bytes == null) {
            String host = text.startsWith("[")
                    ? text.replaceFirst("^\\[([^]]*)](:\\d{1,5})?$", "$1")
                    : text.replaceFirst("^([0-9.]+):\\d{1,5}$", "$1");
            bytes = bytes(host);
        }
        try {
            // An IPv6 address that stands for an IPv4 one becomes that.
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** The 4 or 16 bytes of an address; null where the text is none. */
    static byte @Nullable [] bytes(String text) {
        if (!NetUtil.isValidIpV4Address(text) && (!NetUtil.isValidIpV6Address(text) || text.contains("%"))) {
            return null;
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
