package dev.millipede.backplane.redis;

import static dev.millipede.backplane.redis.StreamNode.await;
import static dev.millipede.backplane.redis.StreamNode.channel;
import static dev.millipede.backplane.redis.StreamNode.data;
import static dev.millipede.backplane.redis.StreamNode.failure;
import static dev.millipede.backplane.redis.StreamNode.offsets;
import static dev.millipede.backplane.redis.StreamNode.publication;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.backplane.RedisConfig;
import dev.millipede.backplane.SentinelConfig;
import dev.millipede.backplane.Skipped;
import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RedisRights;
import dev.millipede.support.RespClient;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How history stands in Redis, and what becomes of requests that go there together. */
class RedisHistoryIT {
    private static final RedisProcess REDIS = RedisProcess.start();

    private final StreamNode node = new StreamNode(REDIS);
    private final String id = Long.toString(System.nanoTime());
    private final Channel kept = channel("kept:" + id);

    @AfterEach
    void close() {
        node.close();
    }

    @AfterAll
    static void closeRedis() {
        REDIS.close();
    }

    private static RedisConfig config(String prefix, @Nullable String user) {
        return new RedisConfig(
                REDIS.unixUri(), user, user == null ? null : "secret", prefix, null, SentinelConfig.DEFAULTS);
    }

    private Supplier<Future<Published>> publishing(Channel channel, Object json) {
        return () -> node.broker().publish(publication(channel, json));
    }

    @Test
    void whatIsDeliveredIsTheEnvelopeThatANodeWouldWriteWithThePosition() {
        ClientInfo ann = new ClientInfo("ann", "id", Payload.ofValidated("{}".getBytes(UTF_8)));
        String meta = "millipede:meta:" + kept.name();
        try (RespClient raw = REDIS.connect().subscribe(kept.name())) {
            for (long last : new long[] {0, 255, 0xFFFF_FFFEL, 0xFFFF_FFFFL, 0x1_0000_0000L, (1L << 53) - 2}) {
                REDIS.command("HSET", meta, "e", "epoch", "s", Long.toString(last));
                Publication publication =
                        new Publication(kept, publication(kept, "\"\u00e9\"").data(), ann, null, Map.of("k", "v"));
                Position position = Objects.requireNonNull(
                        await(node.broker().publish(publication)).position());

                assertThat(position.offset()).isEqualTo(last + 1);
                assertThat(raw.message().content().getBytes())
                        .isEqualTo(Envelope.encode(
                                new Publication(kept, publication.data(), ann, position, Map.of("k", "v"))));
                assertThat(offsets(await(node.broker().history(kept, HistoryQuery.latest(1)))))
                        .containsExactly(last + 1);
            }
        }
    }

    @Test
    void keysBeginWithOurNameThenComesThePrefixAndAllExpire() {
        try (StreamNode prefixed = new StreamNode(config("mp.", null))) {
            prefixed.publish(kept, 1, new PublishOptions("key", false, 0, ""));
            prefixed.publish(channel("room:" + id), 1, new PublishOptions("key", false, 0, ""));

            assertThat(ttl("meta:mp." + kept.name())).isBetween(3_000L, 3_600L);
            assertThat(ttl("stream:mp." + kept.name())).isBetween(500L, 600L);
            assertThat(ttl("result:mp." + kept.name() + " key")).isBetween(200L, 300L);
            assertThat(ttl("result:mp.room:" + id + " key")).isBetween(200L, 300L);
            assertThat(data(prefixed.history(kept))).containsExactly("1");
            assertThat(node.history(kept).publications()).isEmpty();
            assertThat((List<?>) REDIS.command("KEYS", "*"))
                    .allMatch(key -> String.valueOf(key).startsWith("millipede:"));
        }
    }

    private static long ttl(String key) {
        return (Long) Objects.requireNonNull(REDIS.command("TTL", "millipede:" + key));
    }

    @Test
    void aReadRenewsThePositionOnly() {
        node.publish(kept, 1);
        for (boolean after : new boolean[] {false, true}) {
            REDIS.command("EXPIRE", "millipede:meta:" + kept.name(), "100");
            REDIS.command("EXPIRE", "millipede:stream:" + kept.name(), "100");
            HistoryPage page = after ? node.after(kept, new Position("x", 1)) : node.history(kept);

            assertThat(page.top().offset()).isEqualTo(1);
            assertThat(ttl("meta:" + kept.name())).isGreaterThan(3_000L);
            assertThat(ttl("stream:" + kept.name())).isLessThanOrEqualTo(100L);
        }
    }

    @Test
    void entriesThatAreNotOursAreCountedAndLeftOut() {
        Position first = node.publish(kept, 1);
        String stream = "millipede:stream:" + kept.name();
        REDIS.command("XADD", stream, "2-1", "m", "no envelope");
        REDIS.command("XADD", stream, "3-1", "other", "field");
        REDIS.command("XADD", stream, "4-99999999999", "m", "x");
        REDIS.command("HSET", "millipede:meta:" + kept.name(), "s", "4");
        node.publish(kept, 5);

        assertThat(offsets(node.history(kept))).containsExactly(1L, 5L);
        assertThat(offsets(node.after(kept, first))).containsExactly(5L);
        assertThat(node.skipped()).hasSize(6).containsOnly(Skipped.MALFORMED);
    }

    @Test
    void aScriptThatRedisHasForgottenIsMadeKnownAgainAndTheOrderIsKept() {
        Channel wide = channel("wide:" + id);
        List<Future<Published>> published = new ArrayList<>();
        for (int i = 1; i <= 20_000; i++) {
            published.add(node.broker().publish(publication(wide, i)));
            if (i % 1_000 == 0) {
                REDIS.command("SCRIPT", "FLUSH");
                // So that no more is under way than may be.
                await(published.get(Math.max(0, i - 4_000)));
            }
        }
        await(Future.all(published));

        assertThat(offsets(node.history(wide)))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 20_000).boxed().toList());
        assertThat(data(node.history(wide)))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 20_000)
                        .mapToObj(Long::toString)
                        .toList());
        REDIS.command("SCRIPT", "FLUSH");
        assertThat(node.history(kept).top().offset()).isZero();
    }

    @Test
    void oneThatFailsTakesNoAnswersOfOthersWithIt() {
        Channel bad = channel("kept:bad-" + id);
        REDIS.command("SET", "millipede:meta:" + bad.name(), "no hash");
        List<Future<Published>> published =
                node.atOnce(List.of(publishing(kept, 1), publishing(bad, 1), publishing(kept, 2)));

        assertThat(failure(published.get(1))).contains("WRONGTYPE");
        assertThat(await(published.get(0)).position()).isNotNull();
        assertThat(await(published.get(2)).position())
                .extracting(Position::offset)
                .isEqualTo(2L);
        assertThat(failure(node.broker().history(bad, StreamNode.ALL))).contains("WRONGTYPE");
        assertThat(failure(node.broker().after(bad, new Position("x", 1), 1))).contains("WRONGTYPE");
    }

    @Test
    void aStreamOfAnotherTypeFailsAndGivesNoOffset() {
        REDIS.command("SET", "millipede:stream:" + kept.name(), "no stream");
        node.history(kept);
        REDIS.command("SET", "millipede:stream:" + kept.name(), "no stream");

        assertThat(failure(node.broker().publish(publication(kept, 1)))).contains("WRONGTYPE");
        await(node.broker().removeHistory(kept));
        assertThat(node.publish(kept, 1).offset()).isEqualTo(1);
    }

    /** What Redis refuses before the script runs is an error reply, and the client keeps the answers of the whole batch. */
    @Test
    void whereAnswersGetLostPublicationsCountAndReadsAreRepeated() {
        RedisRights.allow(REDIS, "narrow", "secret", RedisRights.documented());
        REDIS.command("ACL", "SETUSER", "narrow", "resetkeys", "~millipede:*:kept:open*", "allchannels");
        Channel open = channel("kept:open-" + id);
        Channel closed = channel("kept:closed-" + id);
        try (StreamNode narrow = new StreamNode(config("", "narrow"))) {
            List<Future<Published>> published = narrow.atOnce(List.of(
                    () -> narrow.broker().publish(publication(open, 1)),
                    () -> narrow.broker().publish(publication(closed, 1)),
                    () -> narrow.broker().publish(publication(open, 2))));
            List<Future<HistoryPage>> read = narrow.atOnce(List.of(
                    () -> narrow.broker().history(open, StreamNode.ALL),
                    () -> narrow.broker().history(closed, StreamNode.ALL),
                    () -> narrow.broker().history(open, HistoryQuery.latest(1))));

            assertThat(failure(published.get(1))).containsIgnoringCase("permission");
            assertThat(await(published.get(0))).isEqualTo(Published.PLAIN);
            assertThat(await(published.get(2))).isEqualTo(Published.PLAIN);
            assertThat(failure(read.get(1))).containsIgnoringCase("permission");
            assertThat(data(narrow.history(open))).containsExactly("1", "2");
            assertThat(await(read.get(0)).top().offset()).isEqualTo(2);
            assertThat(data(await(read.get(2)))).containsExactly("2");
            assertThat(narrow.isReady()).isTrue();
        }
    }

    @Test
    void theRightsOfTheDocumentationAreEnough() {
        RedisRights.allow(REDIS, "gateway", "secret", RedisRights.documented());
        REDIS.command("ACL", "SETUSER", "gateway", "&kept:*");
        REDIS.command("ACL", "LOG", "RESET");
        try (StreamNode gateway = new StreamNode(config("", "gateway"))) {
            PublishOptions all = new PublishOptions("key", false, 1, "v");
            Position first =
                    Objects.requireNonNull(gateway.publish(kept, 1, all).position());
            gateway.publish(channel("room:" + id), 1, new PublishOptions("key", false, 0, ""));
            gateway.publish(kept, 2);
            REDIS.command("HSET", "millipede:meta:" + kept.name(), "s", "0");
            assertThat(gateway.publish(kept, 3).epoch()).as("XADD refused").isNotEqualTo(first.epoch());
            gateway.history(kept);
            await(gateway.broker().history(kept, HistoryQuery.latest(1)));
            gateway.after(kept, new Position(first.epoch(), 0));
            await(gateway.broker().removeHistory(kept));

            assertThat(REDIS.command("ACL", "LOG")).asString().isEqualTo("[]");
        }
    }
}
