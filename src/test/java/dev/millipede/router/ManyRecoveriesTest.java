package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Since;
import dev.millipede.recovery.RecoveryConfig;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it costs when a whole room comes back at once. */
class ManyRecoveriesTest {
    private static final int CLIENTS = 5_000;
    private static final long MILLIS = 3_000;
    private static final int INSTANCES = 4;

    private final SplittableRandom random = new SplittableRandom(7);
    private final Channel channel = StreamFixture.channel("log:a");
    private final RoutingTable table = new RoutingTable();
    private final StreamServer server = new StreamServer(
            channel,
            400,
            random,
            publication -> stream().live(publication, Objects.requireNonNull(publication.position())));
    private final Map<Long, Set<Envelopes>> bodies = new HashMap<>();
    private long now;
    private int recovered;
    private int given;

    private Stream stream() {
        return Objects.requireNonNull(Objects.requireNonNull(table.get(channel)).stream);
    }

    private void told(InstanceRecord record, int instance) {
        if (record instanceof Recovered answer) {
            assertThat(answer.recovered()).isTrue();
            recovered++;
            given += answer.publications().size();
            // To look at each costs more than all the rest.
            if (recovered % 10 != 0) {
                return;
            }
            for (Envelopes each : answer.publications()) {
                bodies.computeIfAbsent(
                                StreamFixture.offset(each),
                                ignored -> Collections.newSetFromMap(new IdentityHashMap<>()))
                        .add(each);
            }
        }
    }

    /** With room for all that may be missed, and with room for next to nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 500})
    void fiveThousandWhoComeBackWithinSecondsCostFewReadsAndShareTheirBytes(int heldBytes) {
        RecoveryConfig config = new RecoveryConfig(300, heldBytes, RecoveryConfig.DEFAULTS.resetSpread());
        Streams streams = UpstreamFixture.streams(
                server, () -> now, this::told, config, new DeliveryBudget(INSTANCES, Long.MAX_VALUE));
        UpstreamSubscriptions upstream = new UpstreamSubscriptions(server, table, streams, this::told);
        server.connected = true;
        for (int i = 0; i < 350; i++) {
            server.grow(null);
        }
        for (int instance = 0; instance < INSTANCES; instance++) {
            upstream.want(channel, instance, instance);
        }
        server.everythingArrives();
        int before = server.reads;
        int asked = 0;
        while (recovered < CLIENTS && now < 2 * MILLIS) {
            now++;
            if (now % 10 == 0) {
                server.grow(null);
            }
            for (; asked < Math.min(CLIENTS, CLIENTS * now / MILLIS); asked++) {
                long since = stream().position().offset() - random.nextInt(280);
                stream().recover(new Recover(asked % INSTANCES, channel, asked, new Since("e1", since)));
            }
            if (now % 3 == 0) {
                // A command is carried out, and answered, some milliseconds later.
                server.everythingArrives();
            }
            if (now % Streams.TICK_MILLIS == 0) {
                streams.tick();
            }
        }

        assertThat(recovered).isEqualTo(CLIENTS);
        assertThat(given).isGreaterThan(100 * CLIENTS);
        assertThat(server.reads - before).isBetween(1, 50);
        if (heldBytes > 500) {
            assertThat(bodies.values()).allMatch(each -> each.size() == 1);
        }
    }
}
