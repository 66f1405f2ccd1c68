package dev.millipede;

import dev.millipede.auth.Authentication;
import dev.millipede.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;

/** Has a running node go by another configuration: one after the other, each whole or not at all. Safe on any thread. */
final class NodeReload {
    private final Vertx vertx;
    private final NodeTls tls;
    private final Metrics metrics;
    private final Supplier<InForce> now;
    private final Function<InForce, Future<Void>> hold;

    /** The one that came last, which the next one waits for. */
    private Future<List<String>> last = Future.succeededFuture(List.of());

    /** What a node goes by. */
    record InForce(NodeConfig config, Authentication authentication) {}

    private record Next(InForce before, InForce after, List<String> changed) {}

    /**
     * Does nothing yet.
     *
     * @param hold has the node go by something else, once that is known to be fit for it
     */
    NodeReload(Vertx vertx, NodeTls tls, Metrics metrics, Supplier<InForce> now, Function<InForce, Future<Void>> hold) {
        this.vertx = vertx;
        this.tls = tls;
        this.metrics = metrics;
        this.now = now;
        this.hold = hold;
    }

    /** See {@link Node#reload}. */
    synchronized Future<List<String>> reload(Callable<NodeConfig> read) {
        last = last.transform(before -> take(read));
        return last;
    }

    private Future<List<String>> take(Callable<NodeConfig> read) {
        return vertx.executeBlocking(() -> find(read))
                .compose(next -> next.after
                        .authentication
                        .start()
                        .compose(ready -> tls.use(next.after.config))
                        .onFailure(refused -> next.after.authentication.retire(next.before.authentication))
                        .compose(done -> hold.apply(next.after)
                                .onComplete(held -> next.before.authentication.retire(next.after.authentication)))
                        .map(next.changed))
                .onComplete(outcome -> metrics.reloaded(outcome.succeeded()));
    }

    private Next find(Callable<NodeConfig> read) throws Exception {
        InForce before = now.get();
        NodeConfig config = read.call();
        Reload reload = Reload.between(before.config.values(), config.values());
        if (!reload.needRestart().isEmpty()) {
            throw new NeedsRestartException(reload.needRestart());
        }
        tls.check(config);
        InForce after = new InForce(config, before.authentication.with(config.auth()));
        return new Next(before, after, reload.changed());
    }
}
