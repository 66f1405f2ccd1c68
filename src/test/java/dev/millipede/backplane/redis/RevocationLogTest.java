package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfToken;
import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.channel.Namespaces;
import dev.millipede.support.LogLines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RevocationLogTest {
    private static final String KEY = "millipede:revocations:log";

    private final ScriptedRedis redis = new ScriptedRedis();
    private final List<Revocation> told = new ArrayList<>();
    private int looked;
    private final RevocationLog log = new RevocationLog(
            new RegistryKeys(new Messages("", Namespaces.DEFAULTS, bytes -> null)),
            redis,
            told::addAll,
            () -> looked++);

    @Test
    void itBeginsWhereTheLogEndsAndGoesOnFromThere() {
        log.opened();
        assertThat(redis.answerEntries("50000-3", "u", "ann")).containsExactly(KEY, "", "1000");
        log.look();
        assertThat(redis.answerEntries("50001-0", "u", "ben", "50001-1", "t", "00000000000000ff"))
                .containsExactly(KEY, "50000-3", "1000");
        assertThat(told).containsExactlyInAnyOrder(new OfUser("ben"), new OfToken(255));
        log.look();

        assertThat(redis.next()).containsExactly(KEY, "50001-1", "1000");
    }

    @Test
    void thereIsOneQuestionAtATimeAndOneThatFailedIsAskedAgain() {
        log.opened();
        log.look();
        assertThat(redis.underWay()).isEqualTo(1);
        redis.fail();
        log.opened();
        assertThat(redis.answerEntries()).containsExactly(KEY, "", "1000");
        log.look();
        redis.answer(-1);
        log.look();

        assertThat(redis.answerEntries()).containsExactly(KEY, "0-0", "1000");
        assertThat(told).isEmpty();
    }

    @Test
    void whatIsRevokedAfterAFirstLookThatWasRefusedIsTold() {
        log.opened();
        assertThat(redis.refuse("NOPERM", "50000")).containsExactly(KEY, "", "1000");
        log.look();
        redis.refuse("NOPERM", "60000");
        log.look();

        assertThat(redis.answerEntries("50000-0", "u", "ann")).containsExactly(KEY, "49999-0", "1000");
        assertThat(told).containsExactly(new OfUser("ann"));
        log.opened();
        assertThat(redis.next()).containsExactly(KEY, "40000-0", "1000");
    }

    @Test
    void aLookThatWorkedIsToldAndOneThatFailedIsNot() {
        log.opened();
        redis.refuse("NOPERM", "50000");
        log.look();
        redis.fail();
        assertThat(looked).isZero();
        log.look();
        redis.answerEntries();
        log.look();
        redis.answerEntries("50001-0", "u", "ann");

        assertThat(looked).isEqualTo(2);
    }

    @Test
    void anOutageOfLooksIsSaidOnceAndSoIsItsEnd() {
        try (LogLines lines = new LogLines()) {
            log.opened();
            redis.fail();
            log.look();
            redis.answerEntries();
            assertThat(lines.all()).as("one alone").isEmpty();
            for (int i = 0; i < 20; i++) {
                log.look();
                redis.refuse("NOPERM this user", "50000");
            }
            assertThat(lines.all())
                    .containsExactly("WARN Reading new revocations from Redis fails: Redis refused: NOPERM this user;"
                            + " trying on");
            log.look();
            redis.answerEntries();
            log.look();
            redis.answerEntries();

            assertThat(lines.all()).hasSize(2).last().isEqualTo("INFO Reading new revocations from Redis works again");
        }
    }

    @Test
    void howeverOftenTheConnectionBreaksItGoesBackTenSecondsAndNoMore() {
        log.opened();
        redis.answerEntries();
        log.look();
        redis.answerEntries("50000-0", "u", "ann");
        log.look();
        redis.answerEntries("90000-5", "u", "ben");
        for (int i = 0; i < 5; i++) {
            log.opened();
            assertThat(redis.next()).containsExactly(KEY, "80000-0", "1000");
            redis.fail();
        }
        log.opened();
        redis.answerEntries("85000-0", "u", "cid", "90000-5", "u", "ben");

        assertThat(told).containsExactly(new OfUser("ann"), new OfUser("ben"), new OfUser("cid"));
    }

    @Test
    void whatIsNoRevocationIsPassedOver() {
        log.opened();
        redis.answerEntries("nonsense", "u", "ann");
        log.look();
        redis.answerEntries(
                "1-1", "x", "ann", "1-2", "t", "short", "2", "u", "ben", "3-x", "u", "cid", "4-0", "u", "dan");

        assertThat(told).containsExactlyInAnyOrder(new OfUser("ben"), new OfUser("dan"));
    }

    @Test
    void aFullPageIsFollowedByTheNextAtOnce() {
        log.opened();
        redis.answerEntries();
        log.look();
        String[] page = new String[3_000];
        for (int i = 0; i < 1_000; i++) {
            page[3 * i] = "7-" + i;
            page[3 * i + 1] = "u";
            page[3 * i + 2] = "user-" + i;
        }
        redis.answerEntries(page);

        assertThat(told).hasSize(1_000);
        assertThat(redis.next()).containsExactly(KEY, "7-999", "1000");
    }
}
