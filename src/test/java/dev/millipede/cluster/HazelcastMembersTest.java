package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of the membership without being a member. */
class HazelcastMembersTest {
    private static final String SECRET = "hunter2-hunter2-hunter2-hunter2-";

    private static ClusterConfig cluster(String... members) {
        return new ClusterConfig(true, "127.0.0.1", 5701, 0, List.of(members), SECRET);
    }

    /** With the adapter as it is this would throw, as there is no cluster; and where there is one, cost an event loop each. */
    @Test
    void whatIsForThisNodeAloneNeverReachesHazelcast() {
        HazelcastMembers members = new HazelcastMembers(new Config(), uid -> {});
        RegistrationInfo local = new RegistrationInfo("node", 1, true);
        List<String> done = new ArrayList<>();

        members.addRegistration("router", local, (result, failure) -> done.add("added " + failure));
        members.removeRegistration("router", local, (result, failure) -> done.add("removed " + failure));

        assertThat(done).containsExactly("added null", "removed null");
    }

    @Test
    void hazelcastAsksTheMembersItIsToldAndNobodyElse() {
        Config config = HazelcastSetup.of(cluster("10.0.0.1", "10.0.0.2:6000"), InetAddress.getLoopbackAddress());

        assertThat(config.getNetworkConfig().getJoin().getTcpIpConfig().getMembers())
                .containsExactly("10.0.0.1:5701", "10.0.0.2:6000");
        assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled())
                .isFalse();
        assertThat(config.getNetworkConfig().getJoin().isAutoDetectionEnabled()).isFalse();
        assertThat(config.getNetworkConfig().isPortAutoIncrement()).isFalse();
        assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void hazelcastListensOnTheHostOnly(String host) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(host);
        Config config = HazelcastSetup.of(cluster(), address);

        assertThat(config.getProperty("hazelcast.local.localAddress")).isEqualTo(address.getHostAddress());
        assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    }

    @Test
    void theSecretIsNowhereInWhatHazelcastKnows() {
        Config config = HazelcastSetup.of(cluster(), InetAddress.getLoopbackAddress());

        assertThat(config.toString()).doesNotContain("hunter2");
        assertThat(config.getProperties().toString()).doesNotContain("hunter2");
        assertThat(config.getClusterName()).startsWith("millipede-").doesNotContain("hunter2");
    }
}
