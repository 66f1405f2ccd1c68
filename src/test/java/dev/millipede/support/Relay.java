package dev.millipede.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between clients and a Redis, passes bytes on and can stop doing so. Its methods belong to the test's thread and have
 * taken effect when they return; all it does is done on one event loop. Close it before the Redis.
 */
public final class Relay implements AutoCloseable {
    private static final int OPENING = 4096;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private final NetClient client = vertx.createNetClient();
    private final NetServer server;
    private final boolean tls;
    private final SocketAddress target;
    private final List<Link> links = new ArrayList<>();

    private boolean refusing;
    private boolean holdingRequests;
    private boolean holdingReplies;

    /** One client's connection and its other half, which follows. */
    private static final class Link {
        private final NetSocket client;
        private final StringBuilder opening = new StringBuilder();
        private @Nullable NetSocket server;
        private boolean requestsHeld;
        private boolean repliesHeld;

        Link(NetSocket client) {
            this.client = client;
        }

        /** Remembers how the client began. */
        void said(Buffer bytes) {
            if (opening.length() < OPENING) {
                opening.append(bytes.toString(ISO_8859_1));
            }
        }

        boolean isSubscriber() {
            return opening.toString().toUpperCase(Locale.ROOT).contains("SUBSCRIBE");
        }

        void flow() {
            NetSocket upstream = server;
            if (upstream != null) {
                flow(client, requestsHeld);
                flow(upstream, repliesHeld);
            }
        }

        private static void flow(NetSocket socket, boolean held) {
            if (held) {
                socket.pause();
            } else {
                socket.resume();
            }
        }

        void close() {
            client.close();
            if (server != null) {
                server.close();
            }
        }
    }

    private Relay(SocketAddress target, @Nullable TlsFiles tlsFiles) {
        this.target = target;
        this.tls = tlsFiles != null;
        NetServerOptions options = new NetServerOptions().setHost("127.0.0.1").setPort(0);
        if (tlsFiles != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(tlsFiles.certificate().toString())
                            .addKeyPath(tlsFiles.key().toString()));
        }
        this.server = vertx.createNetServer(options).connectHandler(this::accept);
        onLoop(server::listen);
    }

    /** To the TCP port of a Redis. */
    public static Relay to(RedisProcess redis) {
        return new Relay(SocketAddress.inetSocketAddress(redis.port(), "127.0.0.1"), null);
    }

    /** To the TCP port of a Redis, with TLS towards the client. */
    public static Relay withTls(RedisProcess redis, TlsFiles files) {
        return new Relay(SocketAddress.inetSocketAddress(redis.port(), "127.0.0.1"), files);
    }

    private void accept(NetSocket socket) {
        if (refusing) {
            socket.close();
            return;
        }
        Link link = new Link(socket);
        link.requestsHeld = holdingRequests;
        link.repliesHeld = holdingReplies;
        links.add(link);
        socket.pause();
        socket.closeHandler(ignored -> end(link));
        client.connect(target).onSuccess(upstream -> join(link, upstream)).onFailure(ignored -> end(link));
    }

    private void join(Link link, NetSocket upstream) {
        link.server = upstream;
        upstream.closeHandler(ignored -> end(link));
        upstream.handler(link.client::write);
        link.client.handler(bytes -> {
            link.said(bytes);
            upstream.write(bytes);
        });
        if (links.contains(link)) {
            link.flow();
        } else {
            upstream.close();
        }
    }

    private void end(Link link) {
        links.remove(link);
        link.close();
    }

    /** {@code redis://} or {@code rediss://} with its port; the host is {@code localhost}, as the certificate says. */
    public String uri() {
        return (tls ? "rediss" : "redis") + "://localhost:" + port();
    }

    public int port() {
        return server.actualPort();
    }

    /** How many connections there are. */
    public int connections() {
        return ask(links::size);
    }

    /** How many of them have subscribed to something. */
    public int subscribers() {
        return ask(() -> (int) links.stream().filter(Link::isSubscriber).count());
    }

    /** Closes all connections. */
    public void cut() {
        ask(() -> {
            List.copyOf(links).forEach(this::end);
            return true;
        });
    }

    /** Closes every new connection at once. */
    public void refuse() {
        ask(() -> refusing = true);
    }

    /** Takes new connections again. */
    public void accept() {
        ask(() -> refusing = false);
    }

    /** Passes nothing on in either direction, for those who come as well. */
    public void hold() {
        hold(true, true);
    }

    /** Passes on what clients say but no replies, for those who come as well. */
    public void holdReplies() {
        hold(false, true);
    }

    /** Passes on nothing more to the connections that have subscribed; others, and those who come, do not notice. */
    public void holdSubscribers() {
        holdReplies(Link::isSubscriber);
    }

    /** Passes on nothing more to the connections that have not subscribed; others, and those who come, do not notice. */
    public void holdPublishers() {
        holdReplies(link -> !link.isSubscriber());
    }

    private void holdReplies(Predicate<Link> which) {
        ask(() -> {
            links.stream().filter(which).forEach(link -> {
                link.repliesHeld = true;
                link.flow();
            });
            return true;
        });
    }

    /** Passes everything on again, in order what was held too. */
    public void release() {
        hold(false, false);
    }

    private void hold(boolean requests, boolean replies) {
        ask(() -> {
            holdingRequests = requests;
            holdingReplies = replies;
            links.forEach(link -> {
                link.requestsHeld = requests;
                link.repliesHeld = replies;
                link.flow();
            });
            return true;
        });
    }

    private <T> T ask(Supplier<T> question) {
        return onLoop(() -> Future.succeededFuture(question.get()));
    }

    private <T> T onLoop(Supplier<Future<T>> task) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(ignored -> task.get().onComplete(done));
        return await(done.future());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(TestClient.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
