package dev.millipede.backplane.redis;

import static dev.millipede.backplane.redis.StreamNode.await;
import static dev.millipede.backplane.redis.StreamNode.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogLines;
import dev.millipede.support.RedisProcess;
import dev.millipede.support.RedisRights;
import dev.millipede.support.Relay;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one node revokes is revoked on all, and all are told once, also those that were away. */
class RedisRevocationsIT {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Revocation ANN = new OfUser("ann");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final RedisProcess redis = RedisProcess.startTcp();
    private final Relay relay = Relay.to(redis);
    private final StreamNode node = new StreamNode(redis);
    private final StreamNode cut = new StreamNode(StreamNode.config(relay.uri()));
    private final Queue<Revocation> heard = new ConcurrentLinkedQueue<>();
    private final Queue<Revocation> heardByCut = new ConcurrentLinkedQueue<>();
    private final Queue<Revocation> heardByLate = new ConcurrentLinkedQueue<>();

    RedisRevocationsIT() {
        node.revocations().listen(heard::addAll);
        cut.revocations().listen(heardByCut::addAll);
    }

    @AfterEach
    void close() {
        node.close();
        cut.close();
        relay.close();
        redis.close();
    }

    private void revoke(Revocation revocation) {
        await(node.revocations().revoke(revocation, DAY));
    }

    private static boolean isRevoked(StreamNode node, String user) {
        return await(node.revocations().isRevoked(user, 0, null));
    }

    @Test
    void allNodesKnowAtOnceAndAreToldWithinASecond() {
        revoke(ANN);
        assertThat(isRevoked(cut, "ann")).isTrue();
        double seconds = Eventually.secondsUntil(10, heardByCut::size, told -> told == 1);
        assertThat(seconds).isLessThan(1);
        Eventually.until(heard::size, told -> told == 1);
        assertThat(heardByCut).containsExactly(ANN);
    }

    @Test
    void whoIsCutOffRefusesAndIsToldOnceItIsBack() {
        relay.refuse();
        relay.cut();
        revoke(ANN);
        for (int i = 0; i < 2_500; i++) {
            node.revocations().revoke(new OfUser("user-" + i), DAY);
        }
        revoke(Revocation.ofId("last"));
        assertThat(failure(cut.revocations().isRevoked("ann", 0, null))).isNotNull();
        assertThat(failure(cut.revocations().revoke(ANN, DAY))).isNotNull();
        assertThat(heardByCut).isEmpty();
        relay.accept();

        Eventually.within(PATIENCE, heardByCut::size, told -> told == 2_502);
        assertThat(heardByCut).doesNotHaveDuplicates().contains(ANN, Revocation.ofId("last"));
        cut.ready();
        assertThat(isRevoked(cut, "ann")).isTrue();
    }

    @Test
    void aNewConnectionReadsAgainAndTellsNothingTwice() {
        revoke(ANN);
        Eventually.until(heardByCut::size, told -> told == 1);
        for (int round = 1; round <= 3; round++) {
            relay.cut();
            Revocation next = new OfUser("user-" + round);
            revoke(next);
            Eventually.within(PATIENCE, () -> heardByCut.contains(next), told -> told);
        }
        assertThat(heardByCut).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void aRedisWhoseClockIsBehindTheLastOnesTellsToo() {
        revoke(ANN);
        Eventually.until(heardByCut::size, told -> told == 1);
        relay.refuse();
        relay.cut();
        redis.command("DEL", "millipede:revocations:log");
        String id = System.currentTimeMillis() - RevocationLog.OVERLAP_MILLIS / 2 + "-0";
        redis.command("XADD", "millipede:revocations:log", id, "u", "ben");
        relay.accept();

        Eventually.within(PATIENCE, () -> heardByCut.contains(new OfUser("ben")), told -> told);
        assertThat(heardByCut).hasSize(2);
    }

    @Test
    void aNodeThatStartsIsNotToldOfWhatWasRevokedBefore() {
        revoke(ANN);
        try (StreamNode late = new StreamNode(redis)) {
            Queue<Revocation> heardLate = new ConcurrentLinkedQueue<>();
            late.revocations().listen(heardLate::addAll);
            assertThat(isRevoked(late, "ann")).isTrue();
            revoke(new OfUser("ben"));

            Eventually.until(() -> heardLate.contains(new OfUser("ben")), told -> told);
            assertThat(heardLate).hasSize(1);
        }
    }

    @Test
    void withoutRedisNothingIsKnownAndNothingIsPromised() {
        // Who has not looked yet has let nobody in, and so hears of nothing before that.
        revoke(new OfUser("of before"));
        Eventually.until(heardByCut::size, told -> told == 1);
        redis.kill();
        Eventually.until(node::isReady, ready -> !ready);

        assertThat(failure(node.revocations().isRevoked("ann", 0, null))).contains("Redis");
        assertThat(failure(node.revocations().revoke(ANN, DAY))).contains("Redis");
        redis.restart();
        Eventually.within(PATIENCE, () -> failure(node.revocations().revoke(ANN, DAY)) == null, done -> done);
        Eventually.within(PATIENCE, () -> heardByCut.contains(ANN), told -> told);
    }

    @Test
    void aFullRedisRefusesARevocationHonestly() {
        redis.command("CONFIG", "SET", "maxmemory", "1");
        assertThat(failure(node.revocations().revoke(ANN, DAY))).contains("OOM");
        redis.command("CONFIG", "SET", "maxmemory", "0");

        assertThat(isRevoked(node, "ann")).isFalse();
    }

    @Test
    void aNodeThatMayNotReadTheLogSaysSoAndIsToldOnceItMay() {
        revoke(new OfUser("of before"));
        String[] all = RedisRights.documented();
        String[] fewer = Stream.of(all)
                .filter(right -> !right.equals("+xrange") && !right.equals("+xrevrange"))
                .toArray(String[]::new);
        RedisRights.allow(redis, "fewer", "secret", fewer);
        try (LogLines log = new LogLines();
                StreamNode late = new StreamNode(StreamNode.config(redis.uri().replace("://", "://fewer:secret@")))) {
            late.revocations().listen(heardByLate::addAll);
            assertThat(log.await("Reading new revocations")).startsWith("WARN").contains("Redis refused");
            await(late.revocations().revoke(ANN, DAY));
            Eventually.until(late::revocationsAgeSeconds, age -> age >= 2);
            assertThat(heardByLate).isEmpty();
            assertThat(node.revocationsAgeSeconds()).isZero();

            RedisRights.allow(redis, "fewer", "secret", all);
            Eventually.until(heardByLate::size, told -> told == 1);
            assertThat(heardByLate).containsExactly(ANN);
            Eventually.until(late::revocationsAgeSeconds, age -> age == 0);
            assertThat(log.all().stream().filter(line -> line.contains("Reading new revocations")))
                    .hasSize(2);
        }
    }

    @Test
    void whatIsNoRevocationInRedisIsPassedOver() {
        redis.command("XADD", "millipede:revocations:log", "*", "x", "nonsense");
        redis.command("XADD", "millipede:revocations:log", "*", "t", "not sixteen digits");
        redis.command("LPUSH", "millipede:revoked:u:ben", "nonsense");
        redis.command("SET", "millipede:revoked:u:cid", "nonsense");
        revoke(ANN);
        Eventually.until(heard::size, told -> told == 1);
        assertThat(isRevoked(node, "ben")).as("a key that holds something else").isFalse();
        assertThat(isRevoked(node, "cid")).as("a moment that cannot be read").isTrue();

        redis.command("DEL", "millipede:revocations:log");
        redis.command("SET", "millipede:revocations:log", "nonsense");
        List<Future<Void>> revoked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            revoked.add(node.revocations().revoke(new OfUser("user-" + i), DAY));
        }
        await(Future.all(revoked));
        Eventually.until(heard::size, told -> told == 11);
        assertThat(node.isReady()).isTrue();
        assertThat(node.holdsLease()).isTrue();
    }
}
