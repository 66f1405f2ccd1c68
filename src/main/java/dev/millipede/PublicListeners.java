package dev.millipede;

import dev.millipede.metrics.Metrics;
import dev.millipede.websocket.ClientAddress;
import dev.millipede.websocket.HttpConfig;
import dev.millipede.websocket.PublicDoor;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server channels of the public listeners: Vert.x opens them, {@link AcceptHandler} stands in each. Safe on any thread.
 *
 * <p>Relies on Vert.x 5.0.10: that a transport gets to configure each server's bootstrap, before Vert.x' own handlers see
 * what was accepted. {@code ClientAddressIT} and {@code DescriptorsIT} hold this.
 */
final class PublicListeners {
    private final HttpConfig http;
    private volatile int limit;
    private final Metrics metrics;
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

    /** Connections accepted and not closed, where those who come when there is no room wait outside. */
    private final AtomicInteger inside = new AtomicInteger();

    private final AtomicBoolean paused = new AtomicBoolean();

    /** One for all connections: a future keeps a single listener without anything around it. */
    private final ChannelFutureListener left = closed -> left();

    /** @param limit connections of the node */
    PublicListeners(HttpConfig http, int limit, Metrics metrics) {
        this.http = http;
        this.limit = limit;
        this.metrics = metrics;
    }

    /** What Vert.x is to be built with: epoll where there is one, else NIO. */
    Transport transport() {
        return Epoll.isAvailable()
                ? new TransportInternal("epoll", true, null, new WithEpoll())
                : new TransportInternal("nio", true, null, new WithNio());
    }

    private final class WithEpoll extends EpollTransport {
        @Override
        public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
            super.configure(options, domainSocket, bootstrap);
            stand(options, bootstrap);
        }
    }

    private final class WithNio extends NioTransport {
        @Override
        public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
            super.configure(options, domainSocket, bootstrap);
            stand(options, bootstrap);
        }
    }

    private void stand(NetServerOptions options, ServerBootstrap bootstrap) {
        if (isPublic(options)) {
            bootstrap.handler(new AcceptHandler(this, metrics));
        }
    }

    /** The internal listener and the cluster's are none of ours. */
    private boolean isPublic(NetServerOptions options) {
        for (int i = 0; i < http.listen().size(); i++) {
            if (options.getPort() == PublicDoor.portToBind(http, i)
                    && options.getHost().equals(http.listen().get(i).host())) {
                return true;
            }
        }
        return false;
    }

    /** From now on as many connections. */
    void limit(int next) {
        limit = next;
        acceptAgain();
    }

    /** Whether connections begin with the header of the PROXY protocol. */
    boolean expectsProxyHeader() {
        return http.clientAddress() == ClientAddress.Source.PROXY;
    }

    /** Whether a socket's other end may speak for clients. */
    boolean isTrusted(InetAddress peer) {
        return http.trustedProxies().hold(peer);
    }

    boolean isPaused() {
        return paused.get();
    }

    void opened(Channel server) {
        channels.add(server);
    }

    void closed(Channel server) {
        channels.remove(server);
    }

    /** Counts a connection where that matters, and accepts no further one when there is room for no more. */
    void entered(Channel connection) {
        if (http.whenFull() == HttpConfig.WhenFull.WAIT) {
            boolean last = inside.incrementAndGet() >= limit;
            connection.closeFuture().addListener(left);
            if (last) {
                paused.set(true);
                acceptWhatThereIsRoomFor();
            }
        }
    }

    /** On the loop of the connection. */
    private void left() {
        inside.decrementAndGet();
        acceptAgain();
    }

    private void acceptAgain() {
        if (paused.get()) {
            channels.stream().findAny().ifPresent(server -> server.eventLoop().execute(this::acceptWhatThereIsRoomFor));
        }
    }

    /** On the acceptor thread, which all server channels share. */
    private void acceptWhatThereIsRoomFor() {
        boolean room = inside.get() < limit;
        if (room) {
            paused.set(false);
        }
        channels.forEach(server -> server.config().setAutoRead(room));
    }
}
