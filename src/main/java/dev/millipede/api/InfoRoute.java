package dev.millipede.api;

import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord;
import dev.millipede.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The method {@code info}: asks every instance and the router over the bus, for at most 2 s. Safe on any thread. */
final class InfoRoute {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private final LocalBus bus;
    private final int instances;
    private final NodeFacts node;
    private final InstantSource clock;

    InfoRoute(LocalBus bus, int instances, NodeFacts node, InstantSource clock) {
        this.bus = bus;
        this.instances = instances;
        this.node = node;
        this.clock = clock;
    }

    void info(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        JsonBody.read(body, (name, value) -> {});
        List<Future<NodeRecord.InstanceStatus>> asked = new ArrayList<>(instances);
        for (int i = 0; i < instances; i++) {
            asked.add(bus.ask(LocalBus.instance(i), new NodeRecord.AskInstance(), DEADLINE));
        }
        Future<NodeRecord.RouterStatus> router = bus.ask(LocalBus.ROUTER, new NodeRecord.AskRouter(), DEADLINE);
        Future.all(Future.all(asked), router)
                .map(all -> node(asked.stream().map(Future::result).toList(), router.result()))
                .onSuccess(nodes -> Answer.result(request, new JsonObject().put("nodes", new JsonArray().add(nodes))))
                .onFailure(failure -> Answer.error(request, ApiError.of(ErrorCode.INTERNAL)));
    }

    private JsonObject node(List<NodeRecord.InstanceStatus> statuses, NodeRecord.RouterStatus router) {
        int connections = 0;
        int subscriptions = 0;
        for (NodeRecord.InstanceStatus status : statuses) {
            connections += status.connections();
            subscriptions += status.subscriptions();
        }
        return new JsonObject()
                .put("uid", node.uid())
                .put("name", node.name())
                .put("version", node.version())
                .put("num_clients", connections)
                .put("num_users", router.users())
                .put("num_subs", subscriptions)
                .put("num_channels", router.channels())
                .put("uptime", Duration.between(node.started(), clock.instant()).toSeconds());
    }
}
