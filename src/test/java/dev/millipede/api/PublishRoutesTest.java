package dev.millipede.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.support.RawHttp;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublishRoutesTest {
    private static final String BAD = "{\"error\":{\"code\":107,\"message\":\"bad request\"}}";
    private static final String UNKNOWN = "{\"error\":{\"code\":102,\"message\":\"unknown channel\"}}";

    private final ApiFixture api = ApiFixture.start();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aPublicationOfABackendIsPublishedWithoutInfoAndAnsweredWithAnEmptyResult() {
        RawHttp.Reply reply = api.call("publish", "{\"channel\":\"room:lobby\",\"data\":{\"text\":\"hi\"}}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"result\":{}}");
        assertThat(reply.header("Content-Type")).containsExactly("application/json");
        Publication publication = api.broker.published().get(0);
        assertThat(publication.channel().name()).isEqualTo("room:lobby");
        assertThat(publication.data()).hasToString("{\"text\":\"hi\"}");
        assertThat(publication.info()).isNull();
        assertThat(api.metrics.scrape())
                .contains("millipede_publications_total{namespace=\"room\",source=\"api\"} 1.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "123456789012345678901234567890.10e+3",
                "{ \"a\" : [ 1 , {} ] , \"a\" : 2 }",
                "[]",
                "\"\\ud800 \\/ ü 🐛\"",
                "true",
                "null",
                "0",
                "-0.0"
            })
    void dataPassesThroughByteForByte(String data) {
        assertThat(api.call("publish", "{\"data\": " + data + " ,\"channel\":\"room:a\"}")
                        .body())
                .isEqualTo("{\"result\":{}}");
        assertThat(api.call("publish", "{\"channel\":\"room:a\",\"data\":" + data + "}")
                        .body())
                .isEqualTo("{\"result\":{}}");

        assertThat(api.broker.published())
                .extracting(each -> each.data().toString())
                .containsExactly(data, data);
    }

    @Test
    void lineBreaksInDataBecomeSpacesBecauseOnTheWireTheySeparateReplies() {
        api.call("publish", "{\"channel\":\"room:a\",\"data\":{\r\n\"a\":\n1}}");

        assertThat(api.broker.published().get(0).data()).hasToString("{  \"a\": 1}");
    }

    @Test
    void channelNamesAreCheckedAsOnSockets() {
        for (String name :
                List.of("", "room:a b", "room:\\u0000", "room:\\r\\n", "room:ü", "room:" + "x".repeat(251))) {
            assertThat(api.call("publish", "{\"channel\":\"" + name + "\",\"data\":1}")
                            .body())
                    .as(name)
                    .isEqualTo(BAD);
        }
        assertThat(api.call("publish", "{\"data\":1}").body()).isEqualTo(BAD);
        for (String name : List.of("nope:1", "lobby", "broadcast:1", ":1")) {
            assertThat(api.call("publish", "{\"channel\":\"" + name + "\",\"data\":1}")
                            .body())
                    .as(name)
                    .isEqualTo(UNKNOWN);
        }
        assertThat(api.broker.published()).isEmpty();
        assertThat(api.call("publish", "{\"channel\":\"room:" + "x".repeat(250) + "\",\"data\":1}")
                        .body())
                .isEqualTo("{\"result\":{}}");
    }

    @Test
    void missingDataIsABadRequest() {
        assertThat(api.call("publish", "{\"channel\":\"room:a\"}").body()).contains("\"code\":107");
        assertThat(api.call("broadcast", "{\"channels\":[\"room:a\"]}").body()).contains("\"code\":107");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"version\":3", "\"b64data\":\"e30=\"", "\"delta\":true"})
    void aPromiseThatCannotBeKeptIsRefusedAndNotIgnored(String field) {
        String body = "{\"channel\":\"room:a\"," + field + ",\"data\":1}";

        assertThat(api.call("publish", body).body())
                .contains("\"code\":108")
                .contains(field.substring(1, field.indexOf('"', 1)));
        assertThat(api.call("broadcast", body.replace("\"channel\":\"room:a\"", "\"channels\":[\"room:a\"]"))
                        .body())
                .contains("\"code\":108");
        assertThat(api.broker.published()).isEmpty();
    }

    @Test
    void optionsAndTagsReachTheBackplane() {
        String body = "{\"channel\":\"kept:a\",\"channels\":[\"kept:a\"],\"data\":1,\"idempotency_key\":\"m-1\","
                + "\"skip_history\":false,\"version\":9007199254740991,\"version_epoch\":\"e\","
                + "\"tags\":{\"b\":\"2\",\"a\":\"\"}}";

        assertThat(api.call("publish", body).body()).isEqualTo("{\"result\":{}}");
        assertThat(api.call("broadcast", body).body()).isEqualTo("{\"result\":{\"responses\":[{\"result\":{}}]}}");
        PublishOptions options = new PublishOptions("m-1", false, 9007199254740991L, "e");
        assertThat(api.broker.options()).containsExactly(options, options);
        assertThat(api.broker.published())
                .extracting(Publication::tags)
                .allSatisfy(tags -> assertThat(tags).containsExactly(Map.entry("b", "2"), Map.entry("a", "")));

        api.call("publish", "{\"channel\":\"kept:a\",\"data\":1,\"skip_history\":true}");
        assertThat(api.broker.options().get(2)).isEqualTo(new PublishOptions(null, true, 0, ""));
    }

    @Test
    void thePositionIsTheAnswerWhereThereIsOneAndWhatIsSuppressedIsNotCounted() {
        api.broker.answerPublish(new Published(new Position("abcdefgh", 42, 7), true));

        assertThat(api.call("publish", "{\"channel\":\"kept:a\",\"data\":1}").body())
                .isEqualTo("{\"result\":{\"offset\":42,\"epoch\":\"abcdefgh\"}}");
        assertThat(api.call("broadcast", "{\"channels\":[\"kept:a\",\"nope:1\"],\"data\":1}")
                        .body())
                .isEqualTo("{\"result\":{\"responses\":[{\"result\":{\"offset\":42,\"epoch\":\"abcdefgh\"}}," + UNKNOWN
                        + "]}}");
        assertThat(api.metrics.scrape())
                .contains("millipede_publications_total{namespace=\"kept\",source=\"api\"} 0.0");
    }

    @Test
    void aVersionNeedsHistory() {
        assertThat(api.call("publish", "{\"channel\":\"kept:a\",\"data\":1,\"version\":1,\"skip_history\":true}")
                        .body())
                .contains("\"code\":108");
        assertThat(api.broker.published()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"version\":-1",
                "\"version\":9007199254740992",
                "\"version\":99999999999999999999999",
                "\"idempotency_key\":\"LONG\"",
                "\"version_epoch\":\"LONG\"",
                "\"tags\":MANY",
                "\"tags\":{\"KEY\":\"\"}"
            })
    void whatIsOutOfBoundsIsABadRequestThatSaysWhat(String field) {
        String tags =
                IntStream.range(0, 65).mapToObj(i -> "\"" + i + "\":\"\"").collect(Collectors.joining(",", "{", "}"));
        String full = field.replace("LONG", "x".repeat(256))
                .replace("MANY", tags)
                .replace("KEY", "k".repeat(PublishFields.MAX_TAG_KEY + 1));

        assertThat(api.call("publish", "{\"channel\":\"kept:a\",\"data\":1," + full + "}")
                        .body())
                .contains("\"code\":107")
                .contains(field.substring(1, field.indexOf('"', 1)));
        assertThat(api.broker.published()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"version\":\"3\"",
                "\"version\":1.5",
                "\"skip_history\":1",
                "\"idempotency_key\":1",
                "\"tags\":[]",
                "\"tags\":{\"a\":1}",
                "\"tags\":{\"a\":\"\\ud83d\"}",
                "\"tags\":{\"\\ude00\\ud83d\":\"\"}",
                "\"idempotency_key\":\"\\udfff\""
            })
    void whatIsOfAnotherTypeOrNoTextIsNoBody(String field) {
        assertThat(api.call("publish", "{\"channel\":\"kept:a\",\"data\":1," + field + "}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void fieldsThatSayNothingAndUnknownFieldsChangeNothing() {
        String body =
                "{\"channel\":\"room:a\",\"data\":1,\"skip_history\":false,\"idempotency_key\":\"\",\"version\":0,"
                        + "\"tags\":{},\"delta\":false,\"b64data\":null,\"else\":[{\"channel\":\"room:b\"}]}";

        assertThat(api.call("publish", body).body()).isEqualTo("{\"result\":{}}");
        assertThat(api.broker.published())
                .extracting(each -> each.channel().name())
                .containsExactly("room:a");
    }

    @Test
    void aBackplaneThatIsAwayIsAnInternalError() {
        api.broker.goAway();

        RawHttp.Reply reply = api.call("publish", "{\"channel\":\"room:a\",\"data\":1}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"error\":{\"code\":100,\"message\":\"internal server error\"}}");
        assertThat(api.metrics.scrape())
                .contains("millipede_publications_total{namespace=\"room\",source=\"api\"} 0.0");
    }

    @Test
    void aBackplaneThatDoesNotAnswerIsAnInternalErrorInsteadOfWaitingForEver() {
        api.broker.fallSilent();

        assertThat(api.call("publish", "{\"channel\":\"room:a\",\"data\":1}").body())
                .contains("\"code\":100");
    }

    @Test
    void aBroadcastAnswersForEachChannelInOrderAndABadOneDoesNotFailOthers() {
        RawHttp.Reply reply = api.call(
                "broadcast", "{\"channels\":[\"room:a\",\"nope:2\",\"room: \",\"user:7\",\"room:a\"],\"data\":[1]}");

        assertThat(reply.body())
                .isEqualTo("{\"result\":{\"responses\":[{\"result\":{}}," + UNKNOWN + "," + BAD
                        + ",{\"result\":{}},{\"result\":{}}]}}");
        assertThat(api.broker.published())
                .extracting(each -> each.channel().name())
                .containsExactly("room:a", "user:7", "room:a");
    }

    @Test
    void aBroadcastNamesOneToAThousandChannels() {
        assertThat(api.call("broadcast", broadcast(1000)).body()).startsWith("{\"result\"");
        assertThat(api.broker.published()).hasSize(1000);
        assertThat(api.call("broadcast", broadcast(1001)).body()).contains("\"code\":107");
        assertThat(api.call("broadcast", broadcast(0)).body()).contains("\"code\":107");
        assertThat(api.call("broadcast", "{\"data\":1}").body()).contains("\"code\":107");
        assertThat(api.broker.published()).hasSize(1000);
    }

    @Test
    void inTransportErrorModeTheStatusComesFromTheErrorAndTheBodyIsTheErrorAlone() {
        String mode = "X-Centrifugo-Error-Mode: transport";
        RawHttp.Reply unknown = RawHttp.post(
                api.port, "/api/publish", "{\"channel\":\"nope:1\",\"data\":1}".getBytes(UTF_8), ApiFixture.KEY, mode);
        RawHttp.Reply bad = RawHttp.post(api.port, "/api/publish", "{}".getBytes(UTF_8), ApiFixture.KEY, mode);
        api.broker.goAway();
        RawHttp.Reply away = RawHttp.post(
                api.port, "/api/publish", "{\"channel\":\"room:1\",\"data\":1}".getBytes(UTF_8), ApiFixture.KEY, mode);

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("{\"code\":102,\"message\":\"unknown channel\"}");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(away.status()).isEqualTo(500);
    }

    private static String broadcast(int channels) {
        return IntStream.range(0, channels)
                .mapToObj(i -> "\"user:" + i + '"')
                .collect(Collectors.joining(",", "{\"channels\":[", "],\"data\":1}"));
    }
}
