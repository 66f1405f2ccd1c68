package dev.millipede.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * This node's place in the cluster: it starts Vert.x as a member of Hazelcast's, with an event bus that reaches the other
 * nodes. Safe on any thread.
 */
public final class Membership {
    private static final int CONNECT_MILLIS = 2_000;

    /** A connection to another node's bus is given up after this and the next together, and a new one is made. */
    private static final int PING_MILLIS = 2_000;

    private static final int PONG_MILLIS = 4_000;

    private final ClusterConfig config;
    private final InetAddress address;
    private final HazelcastMembers members;
    private volatile Consumer<String> departures = uid -> {};

    private Membership(ClusterConfig config, InetAddress address) {
        this.config = config;
        this.address = address;
        this.members = new HazelcastMembers(HazelcastSetup.of(config, address), uid -> departures.accept(uid));
    }

    /**
     * Prepares to join; looks {@code cluster.host} up, and may block for it.
     *
     * @throws CannotJoinException when the host is not an address of this machine or a port is taken
     */
    public static Membership of(ClusterConfig config) throws CannotJoinException {
        InetAddress address;
        try {
            address = InetAddress.getByName(config.host());
        } catch (UnknownHostException e) {
            throw new CannotJoinException("cluster.host: " + config.host() + " is not known", e);
        }
        if (address.isAnyLocalAddress()) {
            throw new CannotJoinException(
                    "cluster.host: " + config.host() + " is every address", new UnknownHostException());
        }
        requireFree("cluster.port", address, config.port());
        requireFree("cluster.busPort", address, config.effectiveBusPort());
        return new Membership(config, address);
    }

    private static void requireFree(String key, InetAddress address, int port) throws CannotJoinException {
        InetSocketAddress wanted = new InetSocketAddress(address, port);
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(wanted);
        } catch (IOException e) {
            throw new CannotJoinException(key + ": cannot listen on " + text(wanted) + ": " + e.getMessage(), e);
        }
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? '[' + host + ']' : host) + ':' + address.getPort();
    }

    /**
     * Starts Vert.x as a member. Fails with a {@link CannotJoinException} when that takes longer than {@code seconds};
     * a Vertx that comes later is closed again.
     *
     * @param options to which the event bus' are added
     * @param builder makes a builder of options
     */
    public Future<Vertx> join(VertxOptions options, Function<VertxOptions, VertxBuilder> builder, long seconds) {
        options.setEventBusOptions(new EventBusOptions()
                .setHost(address.getHostAddress())
                .setPort(config.effectiveBusPort())
                .setConnectTimeout(CONNECT_MILLIS)
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PONG_MILLIS));
        Future<Vertx> building =
                builder.apply(options).withClusterManager(members).buildClustered();
        Promise<Vertx> joined = Promise.promise();
        building.timeout(seconds, TimeUnit.SECONDS)
                .onComplete(joined::complete, failure -> joined.fail(cannotJoin(failure, seconds)));
        building.onSuccess(vertx -> {
            if (joined.future().failed()) {
                vertx.close();
            }
        });
        return joined.future().onSuccess(Membership::refuseObjects);
    }

    private static CannotJoinException cannotJoin(Throwable failure, long seconds) {
        return failure instanceof TimeoutException
                ? new CannotJoinException(
                        "could not join the nodes of cluster.members within " + seconds + " s", failure)
                : new CannotJoinException(
                        "could not join the nodes of cluster.members: " + failure.getMessage(), failure);
    }

    /** Records are bytes that we read ourselves: nothing that comes over the bus may choose a class to be made. */
    private static void refuseObjects(Vertx vertx) {
        vertx.eventBus().serializableChecker(name -> false).clusterSerializableChecker(name -> false);
    }

    /**
     * Whom to tell that a node has left as far as Hazelcast knows; one at a time.
     *
     * @param departures gets the node's uid, on a thread of Hazelcast
     */
    public void departures(Consumer<String> departures) {
        this.departures = departures;
    }

    /** This node's id, unique among nodes and starts; once joined. */
    public String uid() {
        return members.getNodeId();
    }

    /** The port of the membership protocol, once joined. */
    public int port() {
        return members.port();
    }

    /** Where others reach this node: the address of its membership protocol and of its event bus, once joined. */
    public String describe() {
        return text(new InetSocketAddress(address, port())) + ", event bus "
                + text(new InetSocketAddress(address, members.getNodeInfo().port()));
    }
}
