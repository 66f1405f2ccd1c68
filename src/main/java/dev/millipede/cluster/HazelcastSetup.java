package dev.millipede.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Map;

/** How Hazelcast runs here: on one address and port, with the members it is told, quietly, on few threads. */
final class HazelcastSetup {
    /** A member that has said nothing for so long has left. The registry has dropped it long before. */
    private static final int SILENCE_SECONDS = 10;

    /** From the end of a split to the first try to join again, and between two tries. */
    private static final int MERGE_SECONDS = 3;

    private static final int CONNECT_SECONDS = 2;

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.logging.type", "slf4j"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            Map.entry("hazelcast.health.monitoring.level", "OFF"),
            Map.entry("hazelcast.socket.bind.any", "false"),
            Map.entry("hazelcast.wait.seconds.before.join", "0"),
            Map.entry("hazelcast.max.join.seconds", "30"),
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.max.no.heartbeat.seconds", Integer.toString(SILENCE_SECONDS)),
            Map.entry("hazelcast.merge.first.run.delay.seconds", Integer.toString(MERGE_SECONDS)),
            Map.entry("hazelcast.merge.next.run.delay.seconds", Integer.toString(MERGE_SECONDS)),
            Map.entry("hazelcast.socket.connect.timeout.seconds", Integer.toString(CONNECT_SECONDS)),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "2"),
            // Two small maps of a handful of nodes: fewer partitions are handed over sooner. The same on every node.
            Map.entry("hazelcast.partition.count", "11"),
            Map.entry("hazelcast.io.thread.count", "1"),
            Map.entry("hazelcast.event.thread.count", "1"),
            Map.entry("hazelcast.operation.thread.count", "2"),
            Map.entry("hazelcast.operation.generic.thread.count", "2"),
            Map.entry("hazelcast.operation.response.thread.count", "1"));

    private HazelcastSetup() {}

    /**
     * The setup of one member.
     *
     * @param address that {@code cluster.host} stands for
     */
    static Config of(ClusterConfig cluster, InetAddress address) {
        Config config = new Config().setClusterName(new ClusterKeys(cluster.secret()).clusterName());
        PROPERTIES.forEach(config::setProperty);
        config.setProperty("hazelcast.local.localAddress", address.getHostAddress());
        if (address instanceof Inet6Address) {
            config.setProperty("hazelcast.prefer.ipv4.stack", "false");
        }
        config.getMetricsConfig().setEnabled(false);
        // Whoever reaches the port may send Java objects: only such as Hazelcast's and Java's own are read.
        config.getSerializationConfig().setJavaSerializationFilterConfig(new JavaSerializationFilterConfig());
        NetworkConfig network =
                config.getNetworkConfig().setPort(cluster.port()).setPortAutoIncrement(false);
        join(network.getJoin(), cluster);
        // The maps of Vert.x: who listens to which address, and where its event bus is.
        config.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        config.getMapConfig("__vertx.nodeInfo").setBackupCount(1);
        return config;
    }

    private static void join(JoinConfig join, ClusterConfig cluster) {
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig()
                .setEnabled(true)
                .setConnectionTimeoutSeconds(CONNECT_SECONDS)
                .setMembers(cluster.memberAddresses());
    }
}
