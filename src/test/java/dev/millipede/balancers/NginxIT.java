package dev.millipede.balancers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.TestClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** nginx with {@code conf/nginx.conf}. */
class NginxIT extends BalancerContract {
    private static final int HANDFUL = 20;

    NginxIT() {
        super(Kind.NGINX, "forwarded");
    }

    /** This nginx never asks whether a node is ready; somebody has to tell it. */
    @Test
    void aNodeMarkedDownKeepsItsConnectionsAndGetsNoNewOnes() {
        String second = place().nodes().get(1);
        ShippedFile whole = adapted(place());
        ShippedFile without =
                whole.with(second + ":8000 ", second + ":8000 down ").with(second + ":8001 ", second + ":8001 down ");
        try (Crowd crowd = new Crowd(door(), "room:down")) {
            crowd.join(HANDFUL);
            assertThat(nodes().connections(1)).isPositive();
            reload(without);
            long opened = nodes().opened(1);
            List<TestClient> during = connect(HANDFUL);
            assertThat(nodes().opened(1)).isEqualTo(opened);

            reload(whole);
            List<TestClient> after = connect(HANDFUL);
            long share = nodes().opened(1) - opened;
            measured("marked down: 0 of %d; afterwards %d of %d".formatted(HANDFUL, share, HANDFUL));
            assertThat(share).isPositive();
            assertThat(crowd.ends()).isEmpty();
            during.forEach(TestClient::close);
            after.forEach(TestClient::close);
        }
    }

    /** Waits until only new workers accept. */
    private void reload(ShippedFile file) {
        List<Long> old = balancer().workers();
        balancer().reload(file);
        balancer().awaitRetired(old, place().front());
    }
}
