package dev.millipede.backplane.redis;

import dev.millipede.backplane.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the configured Redis, or to the master that its sentinels name. Each has a client of its own: closing
 * that also ends an attempt that hangs. Called on event loops only, whose connections they become.
 */
final class Connector {
    /** The longest an attempt may take, from the first packet to the greeting's answer; in milliseconds. */
    static final int CONNECT_MILLIS = 3_000;

    /** Commands that may wait for their answers on one connection; what is published is bounded below that. */
    static final int MAX_WAITING = 20_000;

    private final Vertx vertx;
    private final RedisConfig config;
    private final @Nullable MasterLookup master;

    /** A connection and what must be closed with it. Compared by identity. */
    static final class Link {
        private final Redis client;
        private final RedisConnection connection;
        private final String address;

        Link(Redis client, RedisConnection connection, String address) {
            this.client = client;
            this.connection = connection;
            this.address = address;
        }

        RedisConnection connection() {
            return connection;
        }

        /** Without user and password. */
        String address() {
            return address;
        }

        void close() {
            client.close();
        }
    }

    Connector(Vertx vertx, RedisConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.master = config.sentinel().isUsed() ? new MasterLookup(config.sentinel(), this) : null;
    }

    /** A connection that has been greeted. Fails within bounded time when there is none to be had. */
    Future<Link> connect() {
        if (master == null) {
            return open(config.uri(), config.user(), config.password());
        }
        return master.address().compose(this::openMaster);
    }

    /** Where the master is by now, {@code host:port}; null where there is no sentinel to ask. */
    Future<@Nullable String> currentMaster() {
        return master == null ? Future.succeededFuture(null) : master.address().map(address -> address);
    }

    private Future<Link> openMaster(String address) {
        String user = URI.create(config.uri()).getRawUserInfo();
        String uri = scheme() + "://" + (user == null ? "" : user + '@') + address;
        return open(uri, config.user(), config.password())
                .compose(link -> link.connection()
                        .send(Request.cmd(Command.ROLE))
                        .timeout(CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                        .compose(role -> isMaster(role)
                                ? Future.succeededFuture(link)
                                : Future.<Link>failedFuture("the sentinels' master " + address + " is none"))
                        .onFailure(failure -> link.close()));
    }

    private static boolean isMaster(Response role) {
        return role.size() > 0 && "master".equals(role.get(0).toString());
    }

    /** {@code redis} or {@code rediss}; of a sentinel too. */
    String scheme() {
        return config.uri().startsWith("rediss:") ? "rediss" : "redis";
    }

    /** @param user and {@code password} count where the URI has none */
    Future<Link> open(String uri, @Nullable String user, @Nullable String password) {
        Redis client = Redis.createClient(vertx, options(uri, user, password));
        String address = uri.substring(Math.max(uri.lastIndexOf('@') + 1, uri.indexOf("//") + 2));
        return client.connect()
                .timeout(CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                .map(connection -> new Link(client, connection, address))
                .recover(failure -> {
                    client.close();
                    return Future.failedFuture(
                            failure instanceof TimeoutException
                                    ? new TimeoutException("no answer within " + CONNECT_MILLIS + " ms")
                                    : failure);
                });
    }

    private RedisOptions options(String uri, @Nullable String user, @Nullable String password) {
        RedisOptions options = new RedisOptions()
                .setConnectionString(uri)
                .setNetClientOptions(net(uri.startsWith("rediss:"), uri.startsWith("unix:")))
                // In the older protocol messages are told from answers by what the connection is for; see Subscriber.
                .setPreferredProtocolVersion(ProtocolVersion.RESP2)
                .setMaxWaitingHandlers(MAX_WAITING)
                // Otherwise a random one for each client, and Vert.x keeps meters of every pool there ever was.
                .setPoolName("redis")
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setPoolCleanerInterval(-1)
                .setPoolRecycleTimeout(-1);
        if (user != null) {
            options.setUser(user);
        }
        if (password != null) {
            options.setPassword(password);
        }
        return options;
    }

    private NetClientOptions net(boolean tls, boolean unix) {
        NetClientOptions net = new NetClientOptions().setConnectTimeout(CONNECT_MILLIS);
        if (!unix) {
            net.setTcpKeepAlive(true).setTcpNoDelay(true);
        }
        if (tls) {
            net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
            if (config.ca() != null) {
                net.setTrustOptions(new PemTrustOptions().addCertPath(config.ca()));
            }
        }
        return net;
    }
}
