package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.redis.SubscriptionLog.Batch;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SubscriptionLogTest {
    private final SubscriptionLog log = new SubscriptionLog();

    private static List<String> names(Batch batch) {
        return IntStream.range(0, batch.size()).mapToObj(batch::channel).toList();
    }

    private Batch next() {
        return Objects.requireNonNull(log.next());
    }

    @Test
    void whatWaitsGoesOutTogetherAndInOrder() {
        log.subscribe("a");
        log.subscribe("b");
        log.unsubscribe("c");
        log.subscribe("d");

        Batch first = next();
        assertThat(first.subscribes()).isTrue();
        assertThat(names(first)).containsExactly("a", "b");
        Batch second = next();
        assertThat(second.subscribes()).isFalse();
        assertThat(names(second)).containsExactly("c");
        assertThat(names(next())).containsExactly("d");
        assertThat(log.next()).isNull();
    }

    @Test
    void eachAcknowledgementConfirmsTheOldestAndOnlyThat() {
        Future<Void> a = log.subscribe("a");
        Future<Void> b = log.subscribe("b");
        next();

        assertThat(log.acknowledged(true, "a")).isTrue();
        assertThat(a.succeeded()).isTrue();
        assertThat(b.isComplete()).isFalse();
        assertThat(log.acknowledged(true, "b")).isTrue();
        assertThat(b.succeeded()).isTrue();
    }

    @Test
    void afterSubscribeUnsubscribeSubscribeOnlyTheThirdConfirmsTheThird() {
        Future<Void> first = log.subscribe("a");
        log.unsubscribe("a");
        Future<Void> third = log.subscribe("a");
        next();
        next();
        next();

        log.acknowledged(true, "a");
        assertThat(first.succeeded()).isTrue();
        assertThat(third.isComplete()).isFalse();
        log.acknowledged(false, "a");
        assertThat(third.isComplete()).isFalse();
        log.acknowledged(true, "a");
        assertThat(third.succeeded()).isTrue();
    }

    @Test
    void anAcknowledgementThatIsNotDueIsNotTaken() {
        assertThat(log.acknowledged(true, "a")).isFalse();
        Future<Void> a = log.subscribe("a");
        next();

        assertThat(log.acknowledged(true, "b")).isFalse();
        assertThat(log.acknowledged(false, "a")).isFalse();
        assertThat(a.isComplete()).isFalse();
    }

    @Test
    void noMoreIsWrittenThanMayBeUnacknowledged() {
        int total = SubscriptionLog.WINDOW + 3 * SubscriptionLog.MAX_BATCH;
        for (int i = 0; i < total; i++) {
            log.subscribe("c" + i);
        }
        int written = 0;
        for (Batch batch = log.next(); batch != null; batch = log.next()) {
            assertThat(batch.size()).isEqualTo(SubscriptionLog.MAX_BATCH);
            written += batch.size();
        }
        assertThat(written).isEqualTo(SubscriptionLog.WINDOW);

        log.acknowledged(true, "c0");
        assertThat(names(next())).hasSize(SubscriptionLog.MAX_BATCH).first().isEqualTo("c" + written);
        assertThat(log.next()).isNull();
    }

    @Test
    void aRefusedCommandIsTriedAgainNameByName() {
        Future<Void> a = log.subscribe("a");
        Future<Void> forbidden = log.subscribe("forbidden");
        Future<Void> b = log.subscribe("b");
        next();
        Future<Void> later = log.subscribe("later");

        assertThat(log.refused("NOPERM")).isTrue();
        assertThat(names(next())).containsExactly("a");
        assertThat(names(next())).containsExactly("forbidden");
        assertThat(names(next())).containsExactly("b");
        assertThat(names(next())).containsExactly("later");
        log.acknowledged(true, "a");
        log.refused("NOPERM");
        log.acknowledged(true, "b");
        log.acknowledged(true, "later");

        assertThat(List.of(a, b, later)).allMatch(Future::succeeded);
        assertThat(forbidden.failed()).isTrue();
    }

    @Test
    void whatWasAskedAnewMeanwhileIsNotTriedAgain() {
        Future<Void> a = log.subscribe("a");
        Future<Void> b = log.subscribe("b");
        next();
        log.unsubscribe("a");
        log.refused("NOPERM");

        assertThat(a.failed()).isTrue();
        assertThat(b.isComplete()).isFalse();
        List<String> rest = new ArrayList<>();
        for (Batch batch = log.next(); batch != null; batch = log.next()) {
            rest.add((batch.subscribes() ? "+" : "-") + names(batch));
        }
        assertThat(rest).containsExactly("+[b]", "-[a]");
    }

    @Test
    void aRefusalOfNothingIsNotTaken() {
        assertThat(log.refused("NOPERM")).isFalse();
    }

    @Test
    void whatIsUnderWayWhenTheConnectionIsLostFails() {
        Future<Void> acknowledged = log.subscribe("a");
        Future<Void> written = log.subscribe("b");
        next();
        log.acknowledged(true, "a");
        Future<Void> waiting = log.subscribe("c");
        log.unsubscribe("d");

        log.fail("lost");
        assertThat(acknowledged.succeeded()).isTrue();
        assertThat(written.failed()).isTrue();
        assertThat(waiting.failed()).isTrue();
        assertThat(log.next()).isNull();
    }
}
