package dev.millipede.backplane.redis;

import dev.millipede.backplane.UserCounts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;

/** Takes questions to the {@link UserLedger}, which belongs to the event loop of the router, and answers where they came from. */
final class RedisUserCounts implements UserCounts {
    private final RedisBroker broker;

    RedisUserCounts(RedisBroker broker) {
        this.broker = broker;
    }

    @Override
    public Future<Boolean> enter(String user, int limit) {
        ContextInternal caller = ContextInternal.current();
        Promise<Boolean> result = caller == null ? Promise.promise() : caller.promise();
        broker.onLoop(session -> session.registry()
                .users()
                .enter(user, limit, granted -> RedisBroker.complete(caller, result, Future.succeededFuture(granted))));
        return result.future();
    }

    @Override
    public void leave(String user) {
        broker.onLoop(session -> session.registry().users().leave(user));
    }
}
