package dev.millipede.backplane.redis;

import static dev.millipede.backplane.redis.StreamNode.await;
import static dev.millipede.backplane.redis.StreamNode.channel;
import static dev.millipede.backplane.redis.StreamNode.data;
import static dev.millipede.backplane.redis.StreamNode.offsets;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.support.RedisProcess;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A Redis that has lost what others have seen: no offset is given twice in one epoch without anybody noticing. */
class RedisRewindIT {
    private static final RedisProcess REDIS = RedisProcess.start();

    private final StreamNode node = new StreamNode(REDIS);
    private final Channel kept = channel("kept:" + System.nanoTime());
    private final String meta = "millipede:meta:" + kept.name();
    private final String stream = "millipede:stream:" + kept.name();

    @AfterEach
    void close() {
        node.close();
    }

    @AfterAll
    static void closeRedis() {
        REDIS.close();
    }

    /** As if everything after this position had never been. */
    private void rollBack(Position to) {
        String offset = Long.toString(to.offset());
        String mark = Integer.toUnsignedString(to.mark());
        REDIS.command("HSET", meta, "s", offset, "t", mark);
        for (Object entry : (List<?>)
                Objects.requireNonNull(REDIS.command("XRANGE", stream, Long.toString(to.offset() + 1), "+"))) {
            REDIS.command("XDEL", stream, String.valueOf(((List<?>) entry).get(0)));
        }
        REDIS.command("XSETID", stream, offset + '-' + mark);
    }

    private static void isAnew(HistoryPage page, Position before, long top) {
        assertThat(page.publications()).isEmpty();
        assertThat(page.top().epoch()).isNotEqualTo(before.epoch());
        assertThat(page.top().offset()).isEqualTo(top);
    }

    @Test
    void whatIsPublishedBelowWhatIsKnownGetsANewEpoch() {
        Position first = node.publish(kept, 1);
        node.publish(kept, 2);
        Position third = node.publish(kept, 3);
        node.knows(kept, third);
        rollBack(first);
        Position again = node.publish(kept, "\"another\"");

        assertThat(again.epoch()).isNotEqualTo(first.epoch());
        assertThat(again.offset()).isEqualTo(2);
        assertThat(node.publish(kept, 4))
                .extracting(Position::epoch, Position::offset)
                .containsExactly(again.epoch(), 3L);
    }

    @Test
    void withoutAnyNodesKnowledgeAnOffsetIsGivenTwiceAndItsMarkTells() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        Position again = stranger(1);

        assertThat(again.epoch()).isEqualTo(second.epoch());
        assertThat(again.offset()).isEqualTo(second.offset());
        assertThat(again.mark()).isNotEqualTo(second.mark());
    }

    @Test
    void whoPublishedWhatWasLostFindsOutAlsoWhereNobodyListens() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        Position again = node.publish(kept, "\"another\"");

        assertThat(again.epoch()).isNotEqualTo(second.epoch());
        assertThat(again.offset()).isEqualTo(2);
    }

    @Test
    void aStreamThatHasGrownSoFarThatTheEntryIsTrimmedRemembersItsMark() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        // As many as are kept, and none of them at the offset that is known.
        stranger(11);

        isAnew(node.after(kept, second), second, 12);
    }

    @Test
    void aStreamThatHasTrimmedWhatIsKnownIsWhole() {
        node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        stranger(10);

        assertThat(offsets(node.after(kept, second))).hasSize(10);
    }

    /** A node that has heard nothing publishes so many, and returns the position of the last. */
    private Position stranger(int publications) {
        try (StreamNode other = new StreamNode(REDIS)) {
            other.ready();
            Position last = other.publish(kept, "\"another\"");
            for (int i = 1; i < publications; i++) {
                last = other.publish(kept, i);
            }
            return last;
        }
    }

    @Test
    void theSameTopWithAnotherMarkIsANewEpochToWhoPublishes() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        stranger(1);
        node.knows(kept, second);
        Position third = node.publish(kept, 3);

        assertThat(third.epoch()).isNotEqualTo(second.epoch());
        assertThat(third.offset()).isEqualTo(3);
    }

    @Test
    void theSameTopWithAnotherMarkIsANewEpochToWhoReads() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        stranger(1);

        isAnew(node.after(kept, second), second, 2);
        assertThat(data(node.history(kept))).containsExactly("1", "\"another\"");
    }

    @Test
    void aStreamThatHasGrownPastWhatIsKnownWithAnotherEntryThereIsANewEpoch() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        stranger(2);

        isAnew(node.after(kept, second), second, 3);
    }

    @Test
    void aMarkThatIsNotKnownIsNotCompared() {
        node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        Position third = node.publish(kept, 3);

        assertThat(node.after(kept, new Position(third.epoch(), 3)).top()).isEqualTo(third);
        assertThat(offsets(node.after(kept, new Position(second.epoch(), 2)))).containsExactly(3L);
        node.knows(kept, new Position(third.epoch(), 3));
        assertThat(node.publish(kept, 4).epoch()).isEqualTo(third.epoch());
    }

    @Test
    void aPositionThatStandsIsNoReasonForANewEpoch() {
        Position first = node.publish(kept, 1);
        for (int i = 2; i <= 30; i++) {
            node.knows(kept, node.publish(kept, i));
        }

        assertThat(offsets(node.after(kept, first))).as("trimmed long ago").hasSize(10);
        assertThat(node.history(kept).top())
                .extracting(Position::epoch, Position::offset)
                .containsExactly(first.epoch(), 30L);
    }

    @Test
    void whoRacesForANewEpochAgreesOnOne() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        try (StreamNode other = new StreamNode(REDIS)) {
            List<Future<HistoryPage>> asked = List.of(
                    node.broker().after(kept, second, 10),
                    other.broker().after(kept, second, 10),
                    node.broker().after(kept, second, 10));
            await(Future.all(asked));

            isAnew(asked.get(0).result(), second, 1);
            assertThat(asked)
                    .extracting(each -> each.result().top())
                    .containsOnly(node.history(kept).top());
        }
    }

    @Test
    void anOlderSnapshotIsNoticedByReadersAndByPublishers() {
        try (RedisProcess redis = RedisProcess.start();
                StreamNode here = new StreamNode(redis)) {
            Channel quiet = channel("kept:quiet");
            here.publish(kept, 1);
            here.publish(quiet, 1);
            redis.command("SAVE");
            Position lost = here.publish(kept, 2);
            Position lostToo = here.publish(quiet, 2);
            redis.restart();
            here.ready();

            isAnew(here.after(quiet, lostToo), lostToo, 1);
            here.knows(kept, lost);
            Position anew = here.publish(kept, 3);
            assertThat(anew.epoch()).isNotEqualTo(lost.epoch());
            assertThat(anew.offset()).isEqualTo(2);
            assertThat(data(here.history(kept))).containsExactly("1", "3");
        }
    }

    @Test
    void anEmptyRedisBeginsAnew() {
        try (RedisProcess redis = RedisProcess.start();
                StreamNode here = new StreamNode(redis)) {
            Position before = here.publish(kept, 1);
            here.knows(kept, before);
            redis.restart();
            here.ready();

            isAnew(here.after(kept, before), before, 0);
            assertThat(here.publish(kept, 2))
                    .extracting(Position::epoch, Position::offset)
                    .containsExactly(here.history(kept).top().epoch(), 1L);
        }
    }

    @Test
    void aStreamThatIsAheadOfItsMetaGetsANewEpoch() {
        for (int i = 1; i <= 5; i++) {
            node.publish(kept, i);
        }
        String before = node.history(kept).top().epoch();
        REDIS.command("HSET", meta, "s", "2");

        assertThat(offsets(node.history(kept)))
                .as("beyond the top there is nothing")
                .containsExactly(1L, 2L);
        Position next = node.publish(kept, "\"another\"");
        assertThat(next.epoch()).isNotEqualTo(before);
        assertThat(next.offset()).isEqualTo(3);
        assertThat(data(node.history(kept))).containsExactly("\"another\"");
    }

    @Test
    void theMarkOfTheTopIsComparedWhenItsEntryHasExpiredToo() {
        Position first = node.publish(kept, 1);
        Position second = node.publish(kept, 2);
        rollBack(first);
        node.publish(kept, "\"another\"");
        REDIS.command("DEL", stream);

        isAnew(node.after(kept, second), second, 2);
    }

    @Test
    void aStreamWithoutItsMetaIsOfNobody() {
        Position before = published(3);
        REDIS.command("DEL", meta);
        HistoryPage read = node.history(kept);
        isAnew(read, before, 0);
        assertThat(node.publish(kept, 4).epoch()).isEqualTo(read.top().epoch());

        Position known = published(3);
        REDIS.command("DEL", meta);
        HistoryPage after = node.after(kept, known);
        isAnew(after, known, 0);
        assertThat(node.publish(kept, 5).epoch()).isEqualTo(after.top().epoch());

        published(3);
        REDIS.command("DEL", meta);
        node.publish(kept, 7);
        assertThat(data(node.history(kept))).containsExactly("7");
    }

    /** The position of the last of so many. */
    private Position published(int count) {
        Position last = node.publish(kept, 1);
        for (int i = 1; i < count; i++) {
            last = node.publish(kept, 1);
        }
        return last;
    }
}
