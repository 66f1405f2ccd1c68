package dev.millipede.backplane.redis;

import io.vertx.redis.client.Request;
import java.util.List;

/** Makes up what Redis is told and asked of users' connections. Immutable, safe on any thread. */
final class CountRequests {
    /** How long Redis keeps a user's counts after any of them was said. */
    private static final long KEPT_MILLIS = 20 * 60_000;

    private final RegistryKeys keys;

    CountRequests(RegistryKeys keys) {
        this.keys = keys;
    }

    /**
     * Asks for more connections of a user than this node has.
     *
     * @param lease under whose id they are counted
     */
    Request enter(String lease, UserShare share, int wanted, int limit) {
        return Script.ENTER
                .call(1)
                .arg(keys.connections(share.user))
                .arg(lease)
                .arg(keys.leases())
                .arg(share.count)
                .arg(wanted)
                .arg(limit)
                .arg(KEPT_MILLIS);
    }

    /** Says how many there are. */
    Request say(String lease, List<UserShare> shares) {
        Request request = Script.COUNTS.call(shares.size());
        shares.forEach(share -> request.arg(keys.connections(share.user)));
        request.arg(lease).arg(keys.leases()).arg(KEPT_MILLIS);
        shares.forEach(share -> request.arg(share.count));
        return request;
    }
}
