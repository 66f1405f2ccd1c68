package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several listeners of one node, and one of several nodes. */
@ExtendWith(LogErrors.class)
class ListenersIT {
    @Test
    void allListenersServeTheSame() {
        try (NodeFixture node = NodeFixture.start("""
                {"http": {"listen": ["127.0.0.1:0", "[::1]:0", "127.0.0.1:0"]}, "websocket": {"instances": 2}}
                """)) {
            List<Integer> ports = node.ports();
            assertThat(Set.copyOf(ports)).hasSize(3);
            List<TestClient> members = new ArrayList<>();
            for (int port : List.of(ports.get(0), ports.get(2), ports.get(0), ports.get(2))) {
                TestClient client = NodeFixture.connect(TestClient.open(port), "ann");
                members.add(NodeFixture.subscribe(client, "room:all"));
            }
            node.publish("room:all", 1);
            for (TestClient member : members) {
                assertThat(member.publication("room:all").getInteger("data")).isEqualTo(1);
                member.close();
            }
        }
    }

    @Test
    void nodesThatAreToldToMayShareAPort() {
        String node = "{\"http\":{\"listen\":[\"127.0.0.1:%d\"],\"reusePort\":true}}";
        try (NodeFixture one = NodeFixture.start(node.formatted(0));
                NodeFixture other = NodeFixture.start(node.formatted(one.port()))) {
            Assumptions.assumeTrue(one.port() == other.port());
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(NodeFixture.connect(TestClient.open(one.port()), "user" + i));
            }
            assertThat(one.metric("millipede_connections")).isBetween(20.0, 80.0);
            assertThat(one.metric("millipede_connections") + other.metric("millipede_connections"))
                    .isEqualTo(100);
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void aPortThatIsTakenIsNotShared() {
        try (NodeFixture one = NodeFixture.start("{\"http\":{\"reusePort\":true}}");
                NodeProcess other = NodeProcess.start(
                        Map.of("MILLIPEDE_HTTP_PORT", Integer.toString(one.port()), "MILLIPEDE_INTERNAL_PORT", "0"))) {
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.log()).contains("cannot start").contains("Address already in use");
        }
    }
}
