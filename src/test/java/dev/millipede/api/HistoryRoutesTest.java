package dev.millipede.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HistoryRoutesTest {
    private static final Channel ROOM =
            Objects.requireNonNull(Channel.of("room:a", Namespaces.DEFAULTS), "the default namespaces have room");

    private final ApiFixture api = ApiFixture.start();

    @AfterEach
    void close() {
        api.close();
    }

    private static Payload payload(String json) {
        return Payload.ofValidated(json.getBytes(UTF_8));
    }

    @Test
    void publicationsAreAnsweredWithEverythingThatIsKeptOfThem() {
        ClientInfo ann = new ClientInfo("ann \"", "id-1", payload("{\"name\":\"Ann\"}"));
        ClientInfo bob = new ClientInfo("", "id-2", null);
        api.broker.answerHistory(new HistoryPage(
                new Position("abcdefgh", 9, 1),
                List.of(
                        new Publication(ROOM, payload("1.50"), ann, new Position("abcdefgh", 7, 5), Map.of()),
                        new Publication(
                                ROOM, payload("null"), bob, new Position("abcdefgh", 8, 5), Map.of("k", "v\n")))));

        assertThat(api.call("history", "{\"channel\":\"kept:a\",\"limit\":2}").body())
                .isEqualTo("{\"result\":{\"publications\":["
                        + "{\"data\":1.50,\"info\":{\"user\":\"ann \\\"\",\"client\":\"id-1\","
                        + "\"conn_info\":{\"name\":\"Ann\"}},\"offset\":7},"
                        + "{\"data\":null,\"info\":{\"user\":\"\",\"client\":\"id-2\"},\"offset\":8,"
                        + "\"tags\":{\"k\":\"v\\n\"}}],\"epoch\":\"abcdefgh\",\"offset\":9}}");
    }

    @Test
    void anEmptyChannelHasAPositionToo() {
        assertThat(api.call("history", "{\"channel\":\"kept:a\"}").body())
                .isEqualTo("{\"result\":{\"publications\":[],\"epoch\":\"epoch\",\"offset\":0}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                              | 0    | -1 |        | false
            "limit":5                                                       | 5    | -1 |        | false
            "limit":-1,"reverse":true                                       | 1000 | -1 |        | true
            "limit":1001                                                    | 1000 | -1 |        | false
            "limit":99999999999999999999,"since":null                       | 1000 | -1 |        | false
            "limit":1,"since":{"offset":3,"epoch":"epoch"},"reverse":false  | 1    | 3  | epoch  | false
            "limit":1,"since":{"offset":18446744073709551615}               | 1    | 9223372036854775807 | '' | false
            """)
    void whatIsAskedForReachesTheBackplane(String fields, int limit, long offset, String epoch, boolean reverse) {
        api.call("history", "{" + fields + (fields.isEmpty() ? "" : ",") + "\"channel\":\"kept:a\"}");

        assertThat(api.broker.queries())
                .containsExactly(new HistoryQuery(offset < 0 ? null : new Since(epoch, offset), limit, reverse));
    }

    @Test
    void aPositionOfAnotherEpochIsUnrecoverable() {
        assertThat(api.call("history", "{\"channel\":\"kept:a\",\"limit\":1,\"since\":{\"offset\":1,\"epoch\":\"x\"}}")
                        .body())
                .isEqualTo("{\"error\":{\"code\":112,\"message\":\"unrecoverable position\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"history", "history_remove"})
    void onlyChannelsThatKeepHistoryHaveOne(String method) {
        assertThat(api.call(method, "{\"channel\":\"room:a\"}").body()).contains("\"code\":108");
        assertThat(api.call(method, "{\"channel\":\"nope:a\"}").body()).contains("\"code\":102");
        assertThat(api.call(method, "{\"channel\":\"kept: \"}").body()).contains("\"code\":107");
        assertThat(api.call(method, "{}").body()).contains("\"code\":107");
        assertThat(api.broker.queries()).isEmpty();
        assertThat(api.broker.removed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"history", "history_remove"})
    void aBackplaneThatIsAwayIsAnInternalError(String method) {
        api.broker.goAway();

        assertThat(api.call(method, "{\"channel\":\"kept:a\"}").body()).contains("\"code\":100");
    }

    @Test
    void historyIsRemoved() {
        assertThat(api.call("history_remove", "{\"channel\":\"kept:a\"}").body())
                .isEqualTo("{\"result\":{}}");
        assertThat(api.broker.removed()).extracting(Channel::name).containsExactly("kept:a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"limit\":\"1\"",
                "\"limit\":1.5",
                "\"reverse\":\"yes\"",
                "\"since\":1",
                "\"since\":{\"offset\":-1}",
                "\"since\":{\"epoch\":1}"
            })
    void whatIsOfAnotherTypeIsNoBody(String field) {
        assertThat(api.call("history", "{\"channel\":\"kept:a\"," + field + "}").status())
                .isEqualTo(400);
    }
}
