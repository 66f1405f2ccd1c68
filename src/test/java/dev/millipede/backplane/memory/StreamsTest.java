package dev.millipede.backplane.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.SubscribeRule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamsTest {
    private static final long TTL = 1_000;
    private static final long META_TTL = 5_000;
    private static final Namespaces NAMESPACES = new Namespaces(List.of(new Namespace(
            "kept",
            SubscribeRule.AUTHENTICATED,
            PublishRule.SERVER,
            false,
            new HistoryRules(
                    3, Duration.ofMillis(TTL), Duration.ofMillis(META_TTL), PublishRule.SERVER, RecoveryMode.STREAM))));

    private long now;
    private final Streams streams = new Streams(() -> now, new Random(1));

    private static Channel channel(Object name) {
        return Objects.requireNonNull(Channel.of("kept:" + name, NAMESPACES));
    }

    private Published publish(Channel channel, PublishOptions options) {
        Publication publication = new Publication(channel, Payload.ofValidated("1".getBytes(UTF_8)), null);
        return streams.publish(publication, options, heard -> {});
    }

    private Position publish(Channel channel) {
        return Objects.requireNonNull(publish(channel, PublishOptions.NONE).position());
    }

    private int kept(Channel channel) {
        return streams.history(channel, new HistoryQuery(null, -1, false))
                .publications()
                .size();
    }

    @Test
    void publicationsAreKeptForTheirTimeAfterTheLastOne() {
        Channel a = channel("a");
        publish(a);
        now += TTL - 1;
        publish(a);
        now += TTL - 1;
        assertThat(kept(a)).isEqualTo(2);

        now++;
        assertThat(kept(a)).isZero();
    }

    @Test
    void aPositionIsKeptForItsTimeAfterTheLastPublicationOrRead() {
        Channel a = channel("a");
        String epoch = publish(a).epoch();
        now += META_TTL - 1;
        assertThat(streams.history(a, HistoryQuery.POSITION).top()).isEqualTo(new Position(epoch, 1));
        now += META_TTL - 1;
        assertThat(streams.after(a, new Position(epoch, 1), 1).top()).isEqualTo(new Position(epoch, 1));
        now += META_TTL - 1;
        assertThat(publish(a).epoch()).isEqualTo(epoch);

        now += META_TTL;
        assertThat(publish(a).epoch()).isNotEqualTo(epoch);
    }

    @Test
    void abandonedChannelsGoWhileOthersArePublishedTo() {
        for (int i = 0; i < 1_000; i++) {
            publish(channel(i));
        }
        now += META_TTL;
        for (int i = 0; i < 500; i++) {
            publish(channel("busy"));
        }

        assertThat(streams.size()).isEqualTo(1);
    }

    @Test
    void publicationsOfAbandonedChannelsGoBeforeTheirPositions() {
        Channel a = channel("a");
        publish(a);
        now += TTL;
        publish(channel("busy"));

        assertThat(Objects.requireNonNull(streams.peek(a.name())).size()).isZero();
        assertThat(streams.size()).isEqualTo(2);
    }

    @Test
    void aKeyIsRememberedForItsTime() {
        PublishOptions once = new PublishOptions("key", false, 0, "");
        Published first = publish(channel("a"), once);
        now += 299_999;
        assertThat(publish(channel("a"), once)).isEqualTo(new Published(first.position(), true));

        now++;
        assertThat(publish(channel("a"), once).suppressed()).isFalse();
    }

    @Test
    void keysAreBoundedAndTheOldestGoFirst() {
        Outcomes outcomes = new Outcomes();
        for (int i = 0; i <= Outcomes.MOST; i++) {
            outcomes.remember("a", Integer.toString(i), Published.PLAIN, 0);
        }

        assertThat(outcomes.size()).isEqualTo(Outcomes.MOST);
        assertThat(outcomes.find("a", "0", 0)).isNull();
        assertThat(outcomes.find("a", "1", 0)).isEqualTo(Published.PLAIN);
        assertThat(outcomes.find("a", "1", 300_000)).isNull();
        assertThat(outcomes.size()).isZero();
    }

    @Test
    void aRingKeepsTheNewestAlsoWhenItMayKeepFewer() {
        Ring<Integer> ring = new Ring<>();
        for (int i = 0; i < 100; i++) {
            ring.add(i, 50);
        }
        assertThat(ring.size()).isEqualTo(50);
        assertThat(ring.get(0)).isEqualTo(50);
        assertThat(ring.get(49)).isEqualTo(99);

        ring.add(100, 2);
        assertThat(ring.size()).isEqualTo(2);
        assertThat(ring.get(0)).isEqualTo(99);
    }
}
