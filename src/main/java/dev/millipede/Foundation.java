package dev.millipede;

import dev.millipede.channel.Namespace;
import dev.millipede.cluster.CannotJoinException;
import dev.millipede.cluster.Membership;
import dev.millipede.metrics.Metrics;
import dev.millipede.websocket.WebSocketConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node stands on: Vert.x, alone or as a member of a cluster, and the meters both report to.
 *
 * @param instances of web sockets, each with an event loop of its own
 * @param listeners the public ones, as soon as Vert.x opens them
 * @param membership null where the node is alone
 * @param uid unique among nodes and starts; in a cluster the others know it by this
 */
record Foundation(
        int instances,
        Metrics metrics,
        PublicListeners listeners,
        Vertx vertx,
        @Nullable Membership membership,
        String uid) {
    /** Joining takes a second or two where all goes well; a busy machine and members that hang may need more. */
    private static final long JOIN_SECONDS = 40;

    /** Loops beside those of the instances: the router's, the nodes' and the API's. */
    private static final int OTHER_LOOPS = 3;

    /** Fails with a {@link CannotJoinException}, with nothing left running; looks a host up, and may block for it. */
    static Future<Foundation> lay(NodeConfig config) {
        int instances = instances(config.websocket());
        Metrics metrics = new Metrics(
                config.namespaces().all().stream().map(Namespace::name).toList(), instances);
        PublicListeners listeners = new PublicListeners(config.http(), config.connectionLimit(), metrics);
        VertxOptions options = new VertxOptions().setEventLoopPoolSize(instances + OTHER_LOOPS);
        if (!config.cluster().enabled()) {
            Vertx vertx = metrics.measured(options)
                    .withTransport(listeners.transport())
                    .build();
            return Future.succeededFuture(new Foundation(
                    instances,
                    metrics,
                    listeners,
                    vertx,
                    null,
                    UUID.randomUUID().toString()));
        }
        try {
            Membership membership = Membership.of(config.cluster());
            return membership
                    .join(options, each -> metrics.measured(each).withTransport(listeners.transport()), JOIN_SECONDS)
                    .map(vertx -> new Foundation(instances, metrics, listeners, vertx, membership, membership.uid()));
        } catch (CannotJoinException e) {
            return Future.failedFuture(e);
        }
    }

    static int instances(WebSocketConfig config) {
        return config.instances() > 0
                ? config.instances()
                : Math.min(WebSocketConfig.MAX_INSTANCES, Runtime.getRuntime().availableProcessors());
    }
}
