package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How all subscriptions are made again: what somebody waits for first, so many at a time, and when that has ended. */
class RestorationTest extends UpstreamFixture {
    /** Somebody listens to so many channels, and the backplane has just been lost. */
    private void lostWith(int channels) {
        broker.confirms = true;
        for (int i = 0; i < channels; i++) {
            upstream.want(channel("room:" + i), 0, i);
        }
        broker.confirms = false;
        upstream.lost();
        broker.subscribed.clear();
        sent.clear();
    }

    @Test
    void whereNobodyListensThereIsNothingToDo() {
        upstream.lost();

        assertThat(upstream.restore().succeeded()).isTrue();
    }

    @Test
    void soManyAreUnderWayAtATimeAndEachAnswerMakesRoomForOne() {
        lostWith(Restoration.WINDOW + 10);
        Future<Void> restored = upstream.restore();
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW);

        broker.confirm();
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW + 1);
        broker.refuse();
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW + 2);
        broker.confirmAll();
        assertThat(new HashSet<>(broker.subscribed)).hasSize(Restoration.WINDOW + 10);
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW + 10);
        assertThat(restored.succeeded()).isTrue();
    }

    @Test
    void itEndsWithTheLastAnswerWhateverThatIs() {
        lostWith(3);
        Future<Void> restored = upstream.restore();
        broker.confirm();
        broker.refuse();
        assertThat(restored.isComplete()).isFalse();

        broker.refuse();
        assertThat(restored.succeeded()).isTrue();
    }

    @Test
    void itNeverEndsWhenTheBackplaneIsLostBefore() {
        lostWith(Restoration.WINDOW + 2);
        Future<Void> first = upstream.restore();
        broker.confirm();
        upstream.lost();
        broker.refuseAll();
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW + 1);

        broker.subscribed.clear();
        Future<Void> second = upstream.restore();
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW);
        broker.confirmAll();
        assertThat(new HashSet<>(broker.subscribed)).hasSize(Restoration.WINDOW + 2);
        assertThat(second.succeeded()).isTrue();
        assertThat(first.isComplete()).isFalse();
    }

    @Test
    void whatSomebodyWaitsForComesFirst() {
        lostWith(Restoration.WINDOW);
        broker.confirms = true;
        upstream.restore();
        broker.confirms = false;
        List<String> waited = List.of("room:x", "room:y", "room:z");
        waited.forEach(name -> upstream.want(channel(name), 1, 1));
        upstream.lost();
        broker.refuseAll();
        broker.subscribed.clear();
        upstream.restore();

        assertThat(broker.subscribed.subList(0, 3)).containsExactlyInAnyOrderElementsOf(waited);
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW);
    }

    @Test
    void answersThatComeAtOnceDoNotPileUpOnTheStack() {
        lostWith(100_000);
        broker.confirms = true;
        Future<Void> restored = upstream.restore();

        assertThat(restored.succeeded()).isTrue();
        assertThat(broker.subscribed).hasSize(100_000);
    }

    @Test
    void aChannelWantedMeanwhileIsAskedForRightAwayAndOnce() {
        lostWith(Restoration.WINDOW + 1);
        Future<Void> restored = upstream.restore();
        Channel last = table.routes().stream()
                .map(route -> route.channel)
                .filter(channel -> !broker.subscribed.contains(channel.name()))
                .findFirst()
                .orElseThrow();
        upstream.want(last, 1, 7);
        upstream.want(room, 1, 8);
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW + 2).endsWith(last.name(), room.name());

        for (int i = 0; i < Restoration.WINDOW; i++) {
            broker.confirm();
        }
        assertThat(broker.subscribed).hasSize(Restoration.WINDOW + 2);
        assertThat(restored.isComplete()).isFalse();
        broker.confirm();
        assertThat(restored.succeeded()).isTrue();
        assertThat(sent).hasSize(1);
        broker.confirm();
        assertThat(sent).hasSize(2).endsWith(confirmed(1, 8));
    }

    @Test
    void whatIsLeftBeforeItsTurnIsNotAskedFor() {
        lostWith(Restoration.WINDOW + 1);
        Future<Void> restored = upstream.restore();
        Channel last = table.routes().stream()
                .map(route -> route.channel)
                .filter(channel -> !broker.subscribed.contains(channel.name()))
                .findFirst()
                .orElseThrow();
        upstream.unwant(last, 0, 0);
        upstream.sweep(LINGER);
        broker.confirmAll();

        assertThat(broker.subscribed).hasSize(Restoration.WINDOW).doesNotContain(last.name());
        assertThat(restored.succeeded()).isTrue();
        assertThat(table.get(last)).isNull();
    }
}
