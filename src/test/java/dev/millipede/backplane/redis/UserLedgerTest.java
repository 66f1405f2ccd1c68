package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Namespaces;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UserLedgerTest {
    private static final int TICK_MILLIS = 250;
    private static final String KEY = "millipede:connections:";

    private final ScriptedRedis redis = new ScriptedRedis();
    private final List<String> missed = new ArrayList<>();
    private final ArrayDeque<Runnable> turn = new ArrayDeque<>();
    private final List<Boolean> answers = new ArrayList<>();
    private int countedLocally;
    private long now = 1_000;
    private final UserLedger ledger = new UserLedger(
            new CountRequests(new RegistryKeys(new Messages("", Namespaces.DEFAULTS, bytes -> null))),
            redis,
            missed::add,
            () -> countedLocally++,
            turn::add,
            now);

    private void enter(String user, int limit) {
        ledger.enter(user, limit, answers::add);
    }

    /** Users with one connection each, of which Redis does not know yet. */
    private void entered(int users) {
        for (int i = 0; i < users; i++) {
            enter("user-" + i, 1);
        }
    }

    private void tick() {
        now += TICK_MILLIS;
        ledger.tick(now);
    }

    private void endOfTurn() {
        while (!turn.isEmpty()) {
            turn.remove().run();
        }
    }

    /** Answers all requests until there are none; how often each user's count was said. */
    private void answered(Map<String, Integer> said) {
        while (redis.underWay() > 0) {
            redis.answer(0, 0).stream()
                    .filter(word -> word.startsWith(KEY))
                    .forEach(key -> said.merge(key, 1, Integer::sum));
            endOfTurn();
        }
    }

    @Test
    void withoutALeaseTheNodesOwnCountDecides() {
        enter("ann", 1);
        enter("ann", 1);

        assertThat(answers).containsExactly(true, false);
        assertThat(countedLocally).isEqualTo(1);
        assertThat(redis.underWay()).isZero();
    }

    @Test
    void whoIsAtTheLimitHereIsRefusedWithoutAQuestion() {
        ledger.gained("n:1");
        enter("ann", 1);
        redis.answer(0, 1);
        enter("ann", 1);

        assertThat(answers).containsExactly(true, false);
        assertThat(redis.underWay()).isZero();
        assertThat(countedLocally).isZero();
    }

    @Test
    void allWhoComeWhileAUserIsAskedForAreTheNextQuestion() {
        ledger.gained("n:1");
        for (int i = 0; i < 100; i++) {
            enter("ann", 5);
        }
        assertThat(redis.underWay()).isEqualTo(1);
        assertThat(redis.answer(0, 1)).containsSubsequence(KEY + "ann", "n:1", "millipede:node:", "0", "1", "5");
        assertThat(redis.answer(0, 2)).containsSubsequence(KEY + "ann", "n:1", "millipede:node:", "1", "99", "5");

        assertThat(answers).hasSize(100).filteredOn(in -> in).hasSize(3);
        assertThat(redis.underWay()).isZero();
    }

    @Test
    void whoLeavesWhileTheUserIsAskedForIsSaidAfterwards() {
        ledger.gained("n:1");
        enter("ann", 5);
        redis.answer(0, 1);
        enter("ann", 5);
        ledger.leave("ann");
        endOfTurn();
        assertThat(redis.underWay()).as("one at a time").isEqualTo(1);
        redis.answer(0, 1);
        endOfTurn();

        assertThat(redis.next()).endsWith("1");
        redis.answer(0, 0);
        assertThat(answers).containsExactly(true, true);
    }

    @Test
    void aQuestionWithoutAnAnswerIsDecidedHereAndSaidAgain() {
        ledger.gained("n:1");
        enter("ann", 2);
        enter("ann", 2);
        redis.fail();
        redis.fail();
        assertThat(answers).containsExactly(true, true);
        assertThat(countedLocally).isEqualTo(2);
        tick();

        assertThat(redis.answer(0, 0)).startsWith(KEY + "ann", "n:1").endsWith("2");
        tick();
        assertThat(redis.underWay()).isZero();
    }

    @Test
    void aLeaseThatRedisDoesNotKnowIsReported() {
        ledger.gained("n:1");
        enter("ann", 2);
        redis.answer(1);

        assertThat(missed).containsExactly("n:1");
        assertThat(answers).containsExactly(true);
        assertThat(countedLocally).isEqualTo(1);
    }

    @Test
    void leavesOfOneTurnGoTogetherAndNothingIsRememberedOfWhoIsGone() {
        entered(100);
        ledger.gained("n:1");
        tick();
        redis.answerAll(0, 0);
        for (int i = 0; i < 100; i++) {
            ledger.leave("user-" + i);
        }
        endOfTurn();

        assertThat(redis.underWay()).isEqualTo(2);
        assertThat(redis.answerAll(0, 0))
                .allMatch(words -> words.get(words.size() - 1).equals("0"));
        assertThat(ledger.size()).isZero();
    }

    @Test
    void whoLeftBetweenTwoLeasesIsNotRemembered() {
        ledger.gained("n:1");
        enter("ann", 1);
        redis.answer(0, 1);
        redis.away(true);
        ledger.leave("ann");
        endOfTurn();
        assertThat(ledger.size()).as("Redis is still to be told").isEqualTo(1);
        ledger.lost();

        assertThat(ledger.size()).isZero();
    }

    @Test
    void underANewLeaseAllIsSaidAtAPace() {
        entered(10_000);
        ledger.gained("n:2");
        Map<String, Integer> said = new HashMap<>();
        for (int ticks = 1; ticks <= 5; ticks++) {
            tick();
            assertThat(redis.underWay()).isLessThanOrEqualTo(32);
            answered(said);
            assertThat(said.size()).isEqualTo(Math.min(10_000, ticks * 2_048));
        }
        assertThat(said.values()).containsOnly(1);
    }

    @Test
    void whileNothingIsAnsweredLittleIsUnderWay() {
        entered(10_000);
        ledger.gained("n:1");
        for (int i = 0; i < 20; i++) {
            tick();
        }
        assertThat(redis.underWay()).isEqualTo(32);
        Map<String, Integer> said = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            answered(said);
            tick();
        }
        assertThat(said).hasSize(10_000);
    }

    @Test
    void inARoundEachCountIsSaidOnceSpreadEvenly() {
        entered(960);
        ledger.gained("n:1");
        tick();
        answered(new HashMap<>());
        Map<String, Integer> said = new HashMap<>();
        int most = 0;
        for (long millis = 0; millis < UserLedger.ROUND_MILLIS; millis += TICK_MILLIS) {
            int before = said.size();
            tick();
            answered(said);
            most = Math.max(most, said.size() - before);
        }
        assertThat(said).hasSize(960);
        assertThat(said.values()).containsOnly(1);
        assertThat(most).isEqualTo(1);
    }

    @Test
    void whileAllFailsAtOnceEachTickTriesOnce() {
        entered(1_000);
        redis.away(true);
        ledger.gained("n:1");
        for (int i = 0; i < 10; i++) {
            tick();
            endOfTurn();
        }
        redis.away(false);
        tick();
        Map<String, Integer> said = new HashMap<>();
        answered(said);

        assertThat(said).hasSize(1_000);
    }

    @Test
    void whenTooManyWaitTheNodesOwnCountDecides() {
        ledger.gained("n:1");
        for (int i = 0; i < UnderWay.MAX_COUNT; i++) {
            enter("user-" + i, 1);
        }
        assertThat(answers).isEmpty();
        enter("ann", 1);
        assertThat(answers).containsExactly(true);
        assertThat(countedLocally).isEqualTo(1);
        redis.answerAll(0, 1);

        assertThat(answers).hasSize(UnderWay.MAX_COUNT + 1);
        tick();
        assertThat(redis.next()).as("Redis is told of her later").startsWith(KEY + "ann");
    }
}
