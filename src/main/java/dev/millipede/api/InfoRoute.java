package dev.millipede.api;

import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskNodes;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.bus.NodeRecord.NodesKnown;
import dev.millipede.protocol.ErrorCode;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;

/** The method {@code info}: every node that this one knows. Safe on any thread. */
final class InfoRoute {
    /** A little more than the 2 s in which it is answered, also with a refusal. */
    private static final Duration DEADLINE = Duration.ofMillis(2_500);

    private final LocalBus bus;

    InfoRoute(LocalBus bus) {
        this.bus = bus;
    }

    void info(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        JsonBody.read(body, (name, value) -> {});
        bus.<NodesKnown>ask(LocalBus.NODES, new AskNodes(), DEADLINE)
                .map(known -> new JsonObject().put("nodes", nodes(known.nodes())))
                .onSuccess(result -> Answer.result(request, result))
                .onFailure(failure -> Answer.error(request, ApiError.of(ErrorCode.INTERNAL)));
    }

    private static JsonArray nodes(List<NodeStatus> nodes) {
        JsonArray array = new JsonArray();
        nodes.forEach(node -> array.add(json(node)));
        return array;
    }

    private static JsonObject json(NodeStatus node) {
        return new JsonObject()
                .put("uid", node.uid())
                .put("name", node.name())
                .put("version", node.version())
                .put("num_clients", node.connections())
                .put("num_users", node.users())
                .put("num_subs", node.subscriptions())
                .put("num_channels", node.channels())
                .put("uptime", node.uptime());
    }
}
