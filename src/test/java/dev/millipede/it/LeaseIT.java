package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RedisProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node's word in Redis that it lives. */
class LeaseIT {
    private static final String HELD = "millipede_node_lease_held";
    private static final Duration LEASE_AND_MORE = Duration.ofSeconds(20);

    @Test
    void aNodeHoldsItWhileRedisIsThereAndGivesItUpWhenItStops() {
        try (RedisProcess redis = RedisProcess.start()) {
            try (NodeFixture node = NodeFixture.onRedis(redis.unixUri()).ready()) {
                Eventually.until(() -> node.metric(HELD), held -> held == 1);
                assertThat((List<?>) redis.command("KEYS", "millipede:node:*")).hasSize(1);
                redis.kill();
                Eventually.within(LEASE_AND_MORE, () -> node.metric(HELD), held -> held == 0);
                redis.restart();
                Eventually.within(LEASE_AND_MORE, () -> node.metric(HELD), held -> held == 1);
            }
            assertThat((List<?>) redis.command("KEYS", "millipede:node:*")).isEmpty();
        }
    }
}
