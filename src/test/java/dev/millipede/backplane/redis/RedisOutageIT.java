package dev.millipede.backplane.redis;

import static dev.millipede.backplane.redis.StreamNode.await;
import static dev.millipede.backplane.redis.StreamNode.channel;
import static dev.millipede.backplane.redis.StreamNode.data;
import static dev.millipede.backplane.redis.StreamNode.failure;
import static dev.millipede.backplane.redis.StreamNode.publication;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.support.Eventually;
import dev.millipede.support.RedisProcess;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A Redis that refuses, stands still, or loses connections while it is asked: every answer is honest, and none is late. */
class RedisOutageIT {
    private static final long OWED_MILLIS = 3_000;
    private static final long AT_ONCE_MILLIS = 500;

    private final RedisProcess redis = RedisProcess.start();
    private final StreamNode node = new StreamNode(redis);
    private final Channel kept = channel("kept:a");
    private final Channel wide = channel("wide:a");

    @AfterEach
    void close() {
        node.close();
        redis.close();
    }

    private Future<Published> publish(Channel channel, Object json) {
        return node.broker().publish(publication(channel, json));
    }

    private Future<HistoryPage> history(Channel channel) {
        return node.broker().history(channel, StreamNode.ALL);
    }

    private static long millis(long sinceNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
    }

    @Test
    void aFullRedisRefusesWhatWouldBeStoredAndStoresNothingOfIt() {
        Position first = node.publish(kept, 1);
        redis.command("CONFIG", "SET", "maxmemory", "1");

        assertThat(failure(publish(kept, 2))).contains("OOM");
        assertThat(failure(publish(channel("kept:new"), 1))).contains("OOM");
        assertThat(failure(history(channel("kept:new")))).contains("OOM");
        assertThat(failure(node.broker().publish(publication(channel("room:a"), 1), once())))
                .contains("OOM");
        assertThat(await(publish(channel("room:a"), 1))).isEqualTo(Published.PLAIN);
        assertThat(data(node.history(kept))).containsExactly("1");

        redis.command("CONFIG", "SET", "maxmemory", "0");
        Position second = node.publish(kept, 3);
        assertThat(second.epoch()).isEqualTo(first.epoch());
        assertThat(second.offset()).isEqualTo(2);
        assertThat(node.publish(channel("kept:new"), 1).offset()).isEqualTo(1);
        assertThat(await(node.broker().publish(publication(channel("room:a"), 1), once()))
                        .suppressed())
                .isFalse();
    }

    private static PublishOptions once() {
        return new PublishOptions("key", false, 0, "");
    }

    @Test
    void aReplicaRefusesWhatWouldBeStoredAndIsRead() {
        Position first = node.publish(kept, 1);
        redis.command("REPLICAOF", "127.0.0.1", "1");

        assertThat(failure(publish(kept, 2))).contains("READONLY");
        assertThat(failure(history(kept))).as("what is there can be read").isNull();
        redis.command("REPLICAOF", "NO", "ONE");
        assertThat(node.publish(kept, 3))
                .extracting(Position::epoch, Position::offset)
                .containsExactly(first.epoch(), 2L);
    }

    @Test
    void aRedisThatStandsStillIsWaitedForThreeSecondsAndThenNotAtAll() {
        node.publish(kept, 1);
        redis.pause();
        long asked = System.nanoTime();
        Future<Published> published = publish(kept, 2);
        Future<HistoryPage> read = history(kept);
        assertThat(failure(published)).contains("does not answer");
        assertThat(failure(read)).contains("does not answer");
        assertThat(millis(asked)).isBetween(1_000L, OWED_MILLIS);

        Eventually.until(node::isReady, ready -> !ready);
        Eventually.until(
                () -> {
                    long again = System.nanoTime();
                    failure(publish(kept, 3));
                    failure(history(kept));
                    return millis(again);
                },
                millis -> millis < AT_ONCE_MILLIS);
        assertThat(failure(publish(kept, 4))).contains("does not answer");
        redis.resume();
        node.ready();
        assertThat(data(node.history(kept)))
                .as("what was refused at once was not even written")
                .startsWith("1")
                .doesNotContain("4");
    }

    @Test
    void aReadConnectionThatIsDeadIsReplacedThoughNobodyReads() {
        node.publish(kept, 1);
        long before = reader();
        redis.command("CLIENT", "KILL", "ID", Long.toString(before));
        Eventually.until(this::reader, id -> id != before && id != 0);

        node.ready();
        assertThat(data(node.history(kept))).containsExactly("1");
    }

    /** The id of the connection that sends pings; 0 while there is none. */
    private long reader() {
        return String.valueOf(redis.command("CLIENT", "LIST"))
                .lines()
                .filter(line -> line.contains(" cmd=ping "))
                .map(line -> Long.parseLong(line.substring("id=".length(), line.indexOf(' '))))
                .findFirst()
                .orElse(0L);
    }

    @Test
    void readsUnderWayOnAConnectionThatIsKilledFailOrAreAnswered() {
        for (int i = 1; i <= 10_000; i++) {
            node.broker().publish(publication(wide, "\"" + "x".repeat(100) + '"'));
        }
        Eventually.until(() -> failure(history(kept)), Objects::isNull);
        for (int round = 0; round < 5; round++) {
            node.ready();
            List<Future<HistoryPage>> reads = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                reads.add(history(wide));
            }
            long from = System.nanoTime();
            redis.command("CLIENT", "KILL", "TYPE", "normal");
            for (Future<HistoryPage> read : reads) {
                if (failure(read) == null) {
                    assertThat(read.result().publications()).hasSize(10_000);
                }
            }
            assertThat(millis(from)).isLessThan(OWED_MILLIS);
            assertThat(reads).anyMatch(Future::failed);
        }
    }

    @Test
    void connectionsKilledUnderLoadLeaveHonestAnswers() {
        Map<Integer, Future<Published>> asked = new HashMap<>();
        long slowest = 0;
        for (int round = 0; round < 40; round++) {
            if (round % 2 == 0) {
                Eventually.until(() -> failure(publish(channel("room:a"), 1)), Objects::isNull);
            }
            long from = System.nanoTime();
            List<Future<?>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int number = round * 200 + i;
                asked.put(number, publish(wide, number));
                answers.add(asked.get(number));
                if (i == 100) {
                    answers.add(node.broker().history(wide, StreamNode.ALL));
                    kill(round);
                }
            }
            await(Future.join(answers).transform(done -> Future.succeededFuture()));
            slowest = Math.max(slowest, millis(from));
        }
        node.ready();
        isHonest(asked);
        assertThat(slowest).isLessThan(OWED_MILLIS);
    }

    private void kill(int round) {
        if (round % 4 == 0) {
            redis.command("CLIENT", "KILL", "TYPE", "normal");
        } else if (round % 4 == 2) {
            redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        }
    }

    /** Each that was accepted is stored once, where it was said to be; of the others some may be. */
    private void isHonest(Map<Integer, Future<Published>> asked) {
        Map<String, Position> stored = new HashMap<>();
        node.history(wide).publications().forEach(each -> {
            @Nullable Position before = stored.put(each.data().toString(), Objects.requireNonNull(each.position()));
            assertThat(before).as("stored twice: %s", each).isNull();
        });
        int accepted = 0;
        for (Map.Entry<Integer, Future<Published>> each : asked.entrySet()) {
            if (each.getValue().succeeded()) {
                accepted++;
                Position said = each.getValue().result().position();
                assertThat(stored).containsKey(each.getKey().toString());
                if (said != null) {
                    assertThat(stored.get(each.getKey().toString())).isEqualTo(said);
                }
            }
        }
        assertThat(accepted).isBetween(1_000, asked.size() - 1);
    }
}
