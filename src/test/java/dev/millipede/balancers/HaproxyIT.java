package dev.millipede.balancers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** HAProxy with {@code conf/haproxy.cfg}. */
class HaproxyIT extends BalancerContract {
    private static final int HANDFUL = 20;

    /** A hard limit that root cannot raise, as in a container. */
    private static final List<String> TWENTY_THOUSAND_DESCRIPTORS =
            List.of("prlimit", "--nofile=20000:20000", "setpriv", "--bounding-set=-sys_resource");

    HaproxyIT() {
        super(Kind.HAPROXY, "proxy");
    }

    private String statistics(String path) {
        URI uri = URI.create("http://" + place().front() + ':' + Place.HAPROXY_STATISTICS + path);
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How many of the four lines of a node are in a state. */
    private long lines(String node, String state) {
        return statistics("/;csv")
                .lines()
                .filter(line -> line.startsWith("nodes," + node) && line.contains("," + state + ","))
                .count();
    }

    @Test
    void aNodeThatIsNotReadyKeepsItsConnectionsAndGetsNoNewOnes() {
        try (Crowd crowd = new Crowd(door(), "room:unready")) {
            crowd.join(HANDFUL);
            assertThat(nodes().connections(1)).isPositive();
            nodes().loseRedis();
            double noticed = Eventually.secondsUntil(30, () -> lines("b", "DOWN"), down -> down == 4);
            long opened = nodes().opened(1);
            List<TestClient> during = connect(HANDFUL);
            assertThat(nodes().opened(1)).isEqualTo(opened);

            nodes().findRedis();
            double back = Eventually.secondsUntil(30, () -> lines("b", "DOWN"), down -> down == 0);
            List<TestClient> after = new ArrayList<>();
            double seconds = Eventually.secondsUntil(
                    60,
                    () -> {
                        after.add(door().connect("returner"));
                        return nodes().opened(1);
                    },
                    count -> count > opened);
            measured(
                    "not ready: noticed %.1f s after Redis was gone, then 0 of %d; up %.1f s after Redis was back, a first one after %.1f s and %d elsewhere"
                            .formatted(noticed, HANDFUL, back, seconds, after.size() - 1));
            assertThat(crowd.ends()).isEmpty();
            during.forEach(TestClient::close);
            after.forEach(TestClient::close);
        }
    }

    @Test
    void whatPrometheusAsksForIsThereOnItsOwnListener() {
        assertThat(statistics("/metrics")).contains("haproxy_server_current_sessions{proxy=\"nodes\",server=\"a1\"}");
    }

    @Test
    void withFewerDescriptorsThanTwoPerConnectionItRefusesToStart() {
        ShippedFile shipped = adapted(Place.own(3)).with("maxconn 5000", "maxconn 100000");
        try (Balancer balancer = Balancer.launch(Kind.HAPROXY, shipped, directory(), TWENTY_THOUSAND_DESCRIPTORS)) {
            assertThat(balancer.exitCode()).isNotZero();
            System.out.println(balancer.log());
            assertThat(balancer.log()).contains("FD limit");
        }
    }
}
