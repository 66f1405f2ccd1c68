package dev.millipede.backplane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every backplane keeps, also of channels with history: extend it once for each. */
abstract class HistoryContract extends BackplaneContract {
    private static final HistoryQuery ALL = new HistoryQuery(null, -1, false);

    private static List<Long> offsets(HistoryPage page) {
        return page.publications().stream().map(each -> position(each).offset()).toList();
    }

    private static List<String> data(HistoryPage page) {
        return page.publications().stream().map(each -> each.data().toString()).toList();
    }

    private static Position position(Publication publication) {
        return Objects.requireNonNull(publication.position());
    }

    private static Position position(Published published) {
        return Objects.requireNonNull(published.position());
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private List<Long> read(Channel channel, @Nullable Since since, int limit, boolean reverse) {
        return offsets(history(channel, new HistoryQuery(since, limit, reverse)));
    }

    private Published publish(Channel channel, String json, PublishOptions options) {
        return await(broker().publish(publication(channel, json), options));
    }

    private static PublishOptions once(String key) {
        return new PublishOptions(key, false, 0, "");
    }

    private static PublishOptions version(long version, String epoch) {
        return new PublishOptions(null, false, version, epoch);
    }

    @Test
    void offsetsCountFromOneWithoutAGapAndWhatIsHeardIsWhatIsStored() throws InterruptedException {
        Channel wide = channel("wide", "a");
        subscribe(wide);
        List<Thread> publishers = IntStream.range(0, 4)
                .mapToObj(publisher -> new Thread(() -> {
                    for (int n = 0; n < 100; n++) {
                        publish(wide, "[" + publisher + ',' + n + ']');
                    }
                }))
                .toList();
        publishers.forEach(Thread::start);
        for (Thread publisher : publishers) {
            publisher.join();
        }

        List<Publication> heard = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            heard.add(next());
        }
        assertThat(heard).extracting(each -> position(each).offset()).isEqualTo(upTo(400));
        HistoryPage stored = history(wide, ALL);
        assertThat(stored.publications()).hasToString(heard.toString());
        assertThat(stored.top()).isEqualTo(heard.get(399).position());
    }

    @Test
    void thePublisherIsToldThePositionThatIsHeard() {
        Channel kept = channel("kept", "a");
        subscribe(kept);
        Published published = publish(kept, "1");

        assertThat(published.suppressed()).isFalse();
        assertThat(published.position()).isEqualTo(next().position());
        assertThat(position(published).offset()).isEqualTo(1);
    }

    @Test
    void whereNothingIsKeptThereIsNoPosition() {
        Channel room = channel("a");
        subscribe(room);

        assertThat(publish(room, "1")).isEqualTo(Published.PLAIN);
        assertThat(next().position()).isNull();
    }

    @Test
    void whoPublishedAndWhatWasSaidAboutItIsStored() {
        Channel kept = channel("kept", "a");
        ClientInfo ann = new ClientInfo("ann", "id-1", Payload.ofValidated("{\"n\":1}".getBytes(UTF_8)));
        Publication publication =
                new Publication(kept, publication(kept, "\"é\"").data(), ann, null, Map.of("k", "v"));
        Position position = position(await(broker().publish(publication)));

        assertThat(history(kept, ALL).publications())
                .hasToString(List.of(new Publication(kept, publication.data(), ann, position, Map.of("k", "v")))
                        .toString());
    }

    @Test
    void aPositionThatAPublicationBringsAlongIsNotBelieved() {
        Channel kept = channel("kept", "a");
        subscribe(kept);
        Position foreign = new Position("foreign", 77);
        await(broker().publish(new Publication(kept, publication(kept, "1").data(), null, foreign, Map.of())));

        assertThat(position(next()).offset()).isEqualTo(1);
        assertThat(position(history(kept, ALL).publications().get(0)).epoch()).isNotEqualTo("foreign");
    }

    @Test
    void aLimitIsKeptFromEitherEnd() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 5);

        assertThat(read(kept, null, 0, false)).isEmpty();
        assertThat(read(kept, null, 0, true)).isEmpty();
        assertThat(read(kept, null, 2, false)).containsExactly(1L, 2L);
        assertThat(read(kept, null, 2, true)).containsExactly(5L, 4L);
        assertThat(read(kept, null, 9, false)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(read(kept, null, -1, false)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(read(kept, null, -1, true)).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(history(kept, HistoryQuery.POSITION).top().offset()).isEqualTo(5);
        assertThat(data(history(kept, HistoryQuery.latest(2)))).containsExactly("5", "4");
    }

    @Test
    void sinceIsWhatComesAfterItAndInReverseWhatWasBefore() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 5);
        String epoch = history(kept, HistoryQuery.POSITION).top().epoch();

        assertThat(read(kept, new Since(epoch, 0), -1, false)).isEqualTo(upTo(5));
        assertThat(read(kept, new Since(epoch, 3), -1, false)).containsExactly(4L, 5L);
        assertThat(read(kept, new Since("", 3), -1, false)).containsExactly(4L, 5L);
        assertThat(read(kept, new Since(epoch, 1), 2, false)).containsExactly(2L, 3L);
        assertThat(read(kept, new Since(epoch, 5), -1, false)).isEmpty();
        assertThat(read(kept, new Since(epoch, 6), -1, false)).isEmpty();
        assertThat(read(kept, new Since(epoch, Long.MAX_VALUE), -1, false)).isEmpty();
        assertThat(read(kept, new Since(epoch, 3), 0, false)).isEmpty();
        assertThat(read(kept, new Since(epoch, 4), -1, true)).containsExactly(3L, 2L, 1L);
        assertThat(read(kept, new Since(epoch, 4), 2, true)).containsExactly(3L, 2L);
        assertThat(read(kept, new Since(epoch, 1), -1, true)).isEmpty();
        assertThat(read(kept, new Since(epoch, 0), -1, true)).isEmpty();
        assertThat(read(kept, new Since(epoch, Long.MAX_VALUE), 2, true)).containsExactly(5L, 4L);
    }

    @Test
    void ofAnotherEpochThereIsNothingButThePosition() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 2);

        for (boolean reverse : new boolean[] {false, true}) {
            HistoryPage page = history(kept, new HistoryQuery(new Since("foreign", 0), -1, reverse));
            assertThat(page.publications()).isEmpty();
            assertThat(page.top().offset()).isEqualTo(2);
        }
    }

    @Test
    void theOldestGoWhenThereAreMoreThanMayBeKept() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 25);

        assertThat(read(kept, null, -1, false)).isEqualTo(upTo(25).subList(15, 25));
        assertThat(data(history(kept, HistoryQuery.latest(1)))).containsExactly("25");
        String epoch = history(kept, HistoryQuery.POSITION).top().epoch();
        assertThat(read(kept, new Since(epoch, 2), 1, false)).containsExactly(16L);
        assertThat(read(kept, new Since(epoch, 16), -1, true)).isEmpty();
    }

    @Test
    void publicationsExpireAndThePositionStays() {
        Channel brief = channel("brief", "a");
        publishUpTo(brief, 2);
        Position before = history(brief, HistoryQuery.POSITION).top();
        untilHistoryExpires(brief);

        HistoryPage page = history(brief, ALL);
        assertThat(page.publications()).isEmpty();
        assertThat(page.top()).isEqualTo(before);
        Position next = position(publish(brief, "3"));
        assertThat(next.epoch()).isEqualTo(before.epoch());
        assertThat(next.offset()).isEqualTo(3);
        assertThat(data(history(brief, ALL))).containsExactly("3");
    }

    @Test
    void aPositionThatExpiresIsFollowedByAnotherEpoch() {
        Channel fleeting = channel("fleeting", "a");
        Position before = position(publish(fleeting, "1"));
        untilPositionExpires(fleeting);
        Position after = position(publish(fleeting, "2"));

        assertThat(after.epoch()).isNotEqualTo(before.epoch());
        assertThat(after.offset()).isEqualTo(1);
    }

    @Test
    void whatIsRemovedIsGoneAndThePositionStays() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 3);
        Position before = history(kept, HistoryQuery.POSITION).top();
        await(broker().removeHistory(kept));

        HistoryPage page = history(kept, ALL);
        assertThat(page.publications()).isEmpty();
        assertThat(page.top()).isEqualTo(before);
        publish(kept, "4");
        assertThat(read(kept, null, -1, false)).containsExactly(4L);
        await(broker().removeHistory(channel("kept", "never")));
    }

    @Test
    void theSameKeyPublishesOnceAndIsAnsweredTheSame() {
        Channel kept = channel("kept", "a");
        subscribe(kept);
        Published first = publish(kept, "1", once("key"));
        Published again = publish(kept, "2", once("key"));
        publish(kept, "3", once("other"));

        assertThat(first.suppressed()).isFalse();
        assertThat(again).isEqualTo(new Published(first.position(), true));
        assertThat(next().data()).hasToString("1");
        assertThat(next().data()).hasToString("3");
        assertThat(data(history(kept, ALL))).containsExactly("1", "3");
    }

    @Test
    void theSameKeyPublishesOnceWithoutHistoryToo() {
        Channel room = channel("a");
        subscribe(room);

        assertThat(publish(room, "1", once("key"))).isEqualTo(Published.PLAIN);
        assertThat(publish(room, "2", once("key"))).isEqualTo(new Published(null, true));
        publish(room, "3");
        assertThat(next().data()).hasToString("1");
        assertThat(next().data()).hasToString("3");
    }

    @Test
    void aKeyIsOfOneChannel() {
        Channel kept = channel("kept", "a");
        Channel within = Objects.requireNonNull(Channel.of(kept.name() + ":b", NAMESPACES));

        assertThat(publish(kept, "1", once("b:c")).suppressed()).isFalse();
        assertThat(publish(within, "1", once("c")).suppressed()).isFalse();
        assertThat(publish(kept, "1", once("é b:c")).suppressed()).isFalse();
        assertThat(publish(kept, "1", once("é b:c")).suppressed()).isTrue();
    }

    @Test
    void aVersionThatIsNotNewerIsNotPublished() {
        Channel kept = channel("kept", "a");
        subscribe(kept);
        Published ten = publish(kept, "10", version(10, "x"));

        assertThat(publish(kept, "9", version(9, "x"))).isEqualTo(new Published(ten.position(), true));
        assertThat(publish(kept, "10", version(10, "x")).suppressed()).isTrue();
        assertThat(publish(kept, "11", version(11, "x")).suppressed()).isFalse();
        assertThat(publish(kept, "1", version(1, "y")).suppressed()).isFalse();
        assertThat(publish(kept, "0", version(0, "y")).suppressed()).isFalse();
        assertThat(publish(kept, "1", version(1, "y")).suppressed()).isTrue();
        assertThat(publish(kept, "most", version(Long.MAX_VALUE, "y")).suppressed())
                .isFalse();
        assertThat(publish(kept, "less", version(Long.MAX_VALUE - 1, "y")).suppressed())
                .isTrue();
        assertThat(data(history(kept, ALL))).containsExactly("10", "11", "1", "0", "most");
        assertThat(next().data()).hasToString("10");
        assertThat(next().data()).hasToString("11");
    }

    @Test
    void whatSkipsHistoryIsHeardWithoutAPositionAndChangesNothing() {
        Channel kept = channel("kept", "a");
        subscribe(kept);
        publish(kept, "1");
        Position before = history(kept, HistoryQuery.POSITION).top();

        assertThat(publish(kept, "2", new PublishOptions(null, true, 5, ""))).isEqualTo(Published.PLAIN);
        assertThat(publish(kept, "3", new PublishOptions("key", true, 0, ""))).isEqualTo(Published.PLAIN);
        assertThat(publish(kept, "4", new PublishOptions("key", true, 0, "")).suppressed())
                .isTrue();
        assertThat(history(kept, HistoryQuery.POSITION).top()).isEqualTo(before);
        assertThat(data(history(kept, ALL))).containsExactly("1");
        assertThat(next().position()).isEqualTo(before);
        assertThat(next().position()).isNull();
        assertThat(next().position()).isNull();
        assertThat(publish(kept, "5", version(5, "")).suppressed())
                .as("its version was none of the stream")
                .isFalse();
        assertThat(position(next()).offset()).isEqualTo(2);
    }

    @Test
    void afterGoesOnFromAPositionPageByPage() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 5);
        HistoryPage stored = history(kept, ALL);
        Position known = position(stored.publications().get(0));

        List<Publication> pages = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            HistoryPage page = await(broker().after(kept, known, 2));
            assertThat(page.publications()).hasSize(2);
            assertThat(page.top()).isEqualTo(stored.top());
            pages.addAll(page.publications());
            known = position(page.publications().get(1));
        }
        assertThat(pages).hasToString(stored.publications().subList(1, 5).toString());
        assertThat(await(broker().after(kept, known, 2)).publications()).isEmpty();
        assertThat(offsets(await(broker().after(kept, new Position(known.epoch(), 0), 9))))
                .isEqualTo(upTo(5));
    }

    @Test
    void afterOfAnotherEpochHasNoPublications() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 2);
        Position top = history(kept, HistoryQuery.POSITION).top();
        HistoryPage page = await(broker().after(kept, new Position("foreign", 1), 9));

        assertThat(page.publications()).isEmpty();
        assertThat(page.top()).isEqualTo(top);
    }

    @Test
    void whoKnowsMoreThanThereIsMakesANewEpochThatAllAgreeOn() {
        Channel kept = channel("kept", "a");
        publishUpTo(kept, 2);
        Position top = history(kept, HistoryQuery.POSITION).top();
        List<Future<HistoryPage>> asked = new ArrayList<>();
        for (long beyond : new long[] {3, 4, Long.MAX_VALUE}) {
            asked.add(broker().after(kept, new Position(top.epoch(), beyond), 9));
        }
        await(Future.all(asked));
        Position next = history(kept, HistoryQuery.POSITION).top();

        assertThat(next.epoch()).isNotEqualTo(top.epoch());
        assertThat(next.offset()).isEqualTo(2);
        assertThat(asked).allSatisfy(answer -> {
            assertThat(answer.result().publications()).isEmpty();
            assertThat(answer.result().top()).isEqualTo(next);
        });
        assertThat(read(kept, new Since(top.epoch(), 1), -1, false)).isEmpty();
        Position published = position(publish(kept, "3"));
        assertThat(published.epoch()).isEqualTo(next.epoch());
        assertThat(published.offset()).isEqualTo(3);
        assertThat(history(kept, ALL).publications())
                .allMatch(each -> position(each).epoch().equals(next.epoch()));
    }

    @Test
    void twoChannelsDoNotMix() {
        Channel one = channel("kept", "a");
        Channel other = channel("kept", "b");
        publishUpTo(one, 3);
        publishUpTo(other, 2);
        await(broker().removeHistory(one));

        assertThat(read(other, null, -1, false)).isEqualTo(upTo(2));
        assertThat(history(one, HistoryQuery.POSITION).top().offset()).isEqualTo(3);
        assertThat(history(one, HistoryQuery.POSITION).top().epoch())
                .isNotEqualTo(history(other, HistoryQuery.POSITION).top().epoch());
    }

    @Test
    void aChannelThatNeverWasPublishedToHasOneEpochForAllWhoAsk() {
        Channel kept = channel("kept", "a");
        List<Future<HistoryPage>> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            asked.add(broker().history(kept, HistoryQuery.POSITION));
        }
        await(Future.all(asked));
        Position published = position(publish(kept, "1"));

        assertThat(asked).extracting(each -> each.result().top()).containsOnly(new Position(published.epoch(), 0));
        assertThat(published.offset()).isEqualTo(1);
    }

    @Test
    void answersComeWhereTheCallerIs() {
        Channel kept = channel("kept", "a");
        Context caller = ((VertxInternal) vertx()).createEventLoopContext();
        CompletableFuture<List<@Nullable Context>> where = new CompletableFuture<>();
        caller.runOnContext(on -> {
            List<@Nullable Context> contexts = new ArrayList<>();
            Future<?> published =
                    broker().publish(publication(kept, "1")).onComplete(done -> contexts.add(Vertx.currentContext()));
            Future<?> read = broker().history(kept, ALL).onComplete(done -> contexts.add(Vertx.currentContext()));
            Future<?> removed = broker().removeHistory(kept).onComplete(done -> contexts.add(Vertx.currentContext()));
            Future.join(published, read, removed).onComplete(done -> where.complete(contexts));
        });

        assertThat(where.orTimeout(10, TimeUnit.SECONDS).join()).containsExactly(caller, caller, caller);
    }
}
