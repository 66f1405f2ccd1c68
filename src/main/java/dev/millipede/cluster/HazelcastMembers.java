package dev.millipede.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.function.Consumer;

/**
 * Vert.x' own adapter to Hazelcast, changed in two ways: what is for this node alone never reaches it, and a member that
 * left is told of before the maps are cleaned, which may take a while.
 */
final class HazelcastMembers extends HazelcastClusterManager {
    private static final String NODE_ID = "__vertx.nodeId";

    private final Consumer<String> left;

    /** @param left told the node id of each member that Hazelcast has given up, on a thread of Hazelcast */
    HazelcastMembers(Config config, Consumer<String> left) {
        super(config);
        this.left = left;
    }

    /** The port of the membership protocol, once joined. */
    int port() {
        HazelcastInstance instance = getHazelcastInstance();
        return instance.getCluster().getLocalMember().getAddress().getPort();
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // telling is not to wait for what holds the lock
    public void memberRemoved(MembershipEvent event) {
        String node = event.getMember().getAttribute(NODE_ID);
        if (node != null) {
            left.accept(node);
        }
        super.memberRemoved(event);
    }

    /**
     * Senders of this node do not look local consumers up. Kept out they cost nothing, and in particular no worker
     * context each, which would take its turn in the distribution of event loops.
     */
    @Override
    public void addRegistration(String address, RegistrationInfo info, Completable<Void> done) {
        if (info.localOnly()) {
            done.succeed();
        } else {
            super.addRegistration(address, info, done);
        }
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo info, Completable<Void> done) {
        if (info.localOnly()) {
            done.succeed();
        } else {
            super.removeRegistration(address, info, done);
        }
    }
}
