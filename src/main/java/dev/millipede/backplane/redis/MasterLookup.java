package dev.millipede.backplane.redis;

import dev.millipede.backplane.SentinelConfig;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the sentinels, in turn, which Redis is the master. */
final class MasterLookup {
    private final SentinelConfig config;
    private final Connector connector;
    private final List<String> nodes;

    MasterLookup(SentinelConfig config, Connector connector) {
        this.config = config;
        this.connector = connector;
        this.nodes = new ArrayList<>(config.nodes());
    }

    /** {@code host:port}; fails when no sentinel knows it. */
    Future<String> address() {
        List<String> inTurn = List.copyOf(nodes);
        Future<String> found = ask(inTurn.get(0));
        for (String node : inTurn.subList(1, inTurn.size())) {
            found = found.recover(failure -> ask(node));
        }
        return found;
    }

    private Future<String> ask(String node) {
        return connector
                .open(connector.scheme() + "://" + node, config.user(), config.password())
                .compose(link -> link.connection()
                        .send(Request.cmd(Command.SENTINEL)
                                .arg("get-master-addr-by-name")
                                .arg(String.valueOf(config.master())))
                        .timeout(Connector.CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                        .compose(answer -> master(node, answer))
                        .onSuccess(master -> askFirst(node))
                        .onComplete(done -> link.close()));
    }

    /** One that cannot be reached costs its deadline: the one that answered is asked first from now on. */
    private void askFirst(String node) {
        if (!nodes.get(0).equals(node)) {
            nodes.remove(node);
            nodes.add(0, node);
        }
    }

    private Future<String> master(String node, @Nullable Response answer) {
        if (answer == null || answer.size() != 2) {
            return Future.failedFuture("sentinel " + node + " knows no master " + config.master());
        }
        String host = answer.get(0).toString();
        return Future.succeededFuture((host.contains(":") ? '[' + host + ']' : host) + ':' + answer.get(1));
    }
}
