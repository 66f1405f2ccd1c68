package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.kept;
import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import dev.millipede.recovery.RecoveryConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The history command; who is subscribed may read it. */
class HistoryReaderTest {
    private static final String ROOM = "room:a";
    private static final int MOST = RecoveryConfig.DEFAULTS.maxPublications();

    private final InstanceFixture fixture = new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS);
    private final Connection ann = fixture.connection();

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private List<String> says(Command command) {
        ann.user = "ann";
        fixture.instance.commands.accept(ann, command);
        fixture.loop.settle();
        return transport(ann).taken();
    }

    private void annIsThere() {
        says(new Command.Subscribe(1, ROOM, null));
    }

    private static Command.History history(String channel) {
        return new Command.History(9, channel, 10, null, false);
    }

    private static Command.History history(int limit, @Nullable Since since, boolean reverse) {
        return new Command.History(9, ROOM, limit, since, reverse);
    }

    private static HistoryPage page(long top, String... payloads) {
        long first = top - payloads.length;
        return new HistoryPage(
                new Position("e", top, 7),
                Stream.iterate(0, i -> i + 1)
                        .limit(payloads.length)
                        .map(i -> new Publication(
                                kept(ROOM),
                                Payload.ofValidated(payloads[i].getBytes(UTF_8)),
                                null,
                                new Position("e", Math.max(0, first + i + 1)),
                                Map.of()))
                        .toList());
    }

    private void fails(Command command, int code) {
        assertThat(says(command))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("{\"id\":9,\"error\":{\"code\":" + code + ",");
    }

    @Test
    void whatIsKeptIsAnsweredWithThePositionOfTheChannel() {
        annIsThere();
        fixture.broker.answerHistory(page(42, "1", "2"));

        assertThat(says(history(10, new Since("e", 40), false)))
                .containsExactly("{\"id\":9,\"history\":{\"publications\":[{\"data\":1,\"offset\":41},"
                        + "{\"data\":2,\"offset\":42}],\"epoch\":\"e\",\"offset\":42}}");
        assertThat(fixture.broker.queries()).containsExactly(new HistoryQuery(new Since("e", 40), 10, false));
        assertThat(fixture.metric("millipede_commands_total{command=\"history\"}"))
                .isEqualTo(1);
    }

    @Test
    void anEmptyHistoryIsAnsweredToo() {
        annIsThere();
        assertThat(says(history(0, null, true)))
                .containsExactly("{\"id\":9,\"history\":{\"publications\":[],\"epoch\":\"epoch\",\"offset\":0}}");
        assertThat(fixture.broker.queries()).containsExactly(new HistoryQuery(null, 0, true));
    }

    @Test
    void noPageIsLongerThanConfigured() {
        annIsThere();
        for (int limit : new int[] {-1, Integer.MIN_VALUE, MOST, MOST + 1, Integer.MAX_VALUE}) {
            says(history(limit, null, false));
        }
        assertThat(fixture.broker.queries()).extracting(HistoryQuery::limit).containsOnly(MOST);
    }

    @Test
    void aPositionOfAnotherEpochIs112AndOneWithoutEpochIsOfEach() {
        annIsThere();
        fixture.broker.answerHistory(page(42));
        fails(history(10, new Since("other", 40), false), 112);

        assertThat(says(history(10, new Since("", 40), false)))
                .hasSize(1)
                .first()
                .asString()
                .contains("\"history\"");
    }

    @Test
    void whoMayNotReadIs103AndAChannelThatKeepsNothingIs108() {
        fails(history(ROOM), 103);
        fails(history("plain:a"), 108);
        fails(history("nowhere:a"), 102);
        fails(history("no name"), 107);
        assertThat(fixture.broker.queries()).isEmpty();
    }

    @Test
    void aBackplaneThatIsAwayIs100() {
        annIsThere();
        fixture.broker.goAway();

        fails(history(ROOM), 100);
    }

    @Test
    void aReplyHasFewerPublicationsRatherThanBeingTooMuchForItsReader() {
        annIsThere();
        String third = '"' + "x".repeat(WebSocketConfig.DEFAULTS.outboxLimit() / 3) + '"';
        fixture.broker.answerHistory(page(3, "1", third, third, third));
        assertThat(says(history(10, null, false)))
                .hasSize(1)
                .first()
                .asString()
                .contains("{\"data\":1,\"offset\":0}", "\"offset\":2}]", "\"epoch\":\"e\",\"offset\":3")
                .doesNotContain("\"offset\":3}]");

        transport(ann).full = true;
        assertThat(says(history(10, null, false))).hasSize(1);
        assertThat(says(history(10, null, false)))
                .containsExactly("{\"id\":9,\"history\":{\"publications\":[{\"data\":1,\"offset\":0}],\"epoch\":\"e\","
                        + "\"offset\":3}}");
        assertThat(ann.isOpen()).isTrue();
        transport(ann).close();
    }

    @Test
    void historyIsReadAfterTheSubscribeBeforeItIsAnswered() {
        fixture.confirms = false;
        fixture.toRouter();
        says(new Command.Subscribe(1, ROOM, null));
        assertThat(says(history(ROOM))).isEmpty();
        fixture.confirm(fixture.asked(ROOM));
        fixture.loop.settle();

        assertThat(transport(ann).taken()).hasSize(2).last().asString().contains("\"history\"");
    }
}
