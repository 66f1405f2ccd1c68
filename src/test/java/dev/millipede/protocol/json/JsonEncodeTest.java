package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage;
import dev.millipede.protocol.ServerMessage.Connected;
import dev.millipede.protocol.ServerMessage.Failed;
import dev.millipede.protocol.ServerMessage.HistoryRead;
import dev.millipede.protocol.ServerMessage.Ping;
import dev.millipede.protocol.ServerMessage.Published;
import dev.millipede.protocol.ServerMessage.Refreshed;
import dev.millipede.protocol.ServerMessage.SubscribePush;
import dev.millipede.protocol.ServerMessage.Subscribed;
import dev.millipede.protocol.ServerMessage.Subscription;
import dev.millipede.protocol.ServerMessage.UnsubscribePush;
import dev.millipede.protocol.ServerMessage.Unsubscribed;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEncodeTest {
    private static Map<String, Subscription> plain(String... channels) {
        Map<String, Subscription> subscriptions = new LinkedHashMap<>();
        List.of(channels).forEach(each -> subscriptions.put(each, Subscription.PLAIN));
        return subscriptions;
    }

    private static Map<String, Subscription> personalAndPlain() {
        Map<String, Subscription> subscriptions = new LinkedHashMap<>();
        subscriptions.put(
                "user:42", new Subscription(new Position("e", 7), true, true, bodies("{\"data\":1,\"offset\":8}")));
        subscriptions.put("broadcast", Subscription.PLAIN);
        return subscriptions;
    }

    private static Subscription recovered(long offset, String... bodies) {
        return new Subscription(new Position("aXbYcZdW", offset), true, true, bodies(bodies));
    }

    private static List<byte[]> bodies(String... bodies) {
        return Stream.of(bodies).map(body -> body.getBytes(UTF_8)).toList();
    }

    private static final long MAX_ID = 4_294_967_295L;

    private static final Map<String, ServerMessage> MESSAGES = Map.ofEntries(
            Map.entry("connected", new Connected(1, "0d7c", "0.1.0", 3599, plain("user:42", "broadcast"), 25)),
            Map.entry("connected-for-ever", new Connected(1, "0d7c", "0.1.0", 0, Map.of(), 25)),
            Map.entry("connected-without-pings", new Connected(MAX_ID, "0d7c", "0.1.0", 0, plain("user:\"\\"), 0)),
            Map.entry("subscribed", new Subscribed(2, Subscription.PLAIN)),
            Map.entry("subscribed-positioned", new Subscribed(2, Subscription.from(new Position("aXbYcZdW", 41, 7)))),
            Map.entry("subscribed-at-the-beginning", new Subscribed(2, Subscription.from(new Position("aXbYcZdW", 0)))),
            Map.entry(
                    "subscribed-recovered",
                    new Subscribed(
                            3, recovered(41, "{\"data\":{\"n\":1},\"offset\":42}", "{\"data\":2,\"offset\":43}"))),
            Map.entry("subscribed-recovered-nothing-missed", new Subscribed(3, recovered(41))),
            Map.entry(
                    "subscribed-not-recovered",
                    new Subscribed(
                            3, new Subscription(new Position("aXbYcZdW", Long.MAX_VALUE), true, false, List.of()))),
            Map.entry("subscribed-not-recoverable", new Subscribed(3, new Subscription(null, true, false, List.of()))),
            Map.entry("connected-recovered", new Connected(1, "0d7c", "0.1.0", 0, personalAndPlain(), 25)),
            Map.entry(
                    "history",
                    new HistoryRead(
                            9,
                            new Position("aXbY", 5),
                            bodies("{\"data\":{\"a\":1},\"offset\":4}", "{\"data\":5,\"offset\":5}"))),
            Map.entry("history-of-nothing", new HistoryRead(9, new Position("aXbY", 0), List.of())),
            Map.entry("subscribe-push", new SubscribePush("user:\"42", new Position("e", 7))),
            Map.entry("unsubscribed", new Unsubscribed(5)),
            Map.entry("published", new Published(6)),
            Map.entry("refreshed", new Refreshed(12, "0d7c", "0.1.0", 3600)),
            Map.entry("refreshed-for-ever", new Refreshed(12, "0d7c", "0.1.0", 0)),
            Map.entry("failed-temporary", new Failed(2, ErrorCode.INTERNAL)),
            Map.entry("failed", new Failed(10, ErrorCode.NOT_AVAILABLE)),
            Map.entry("unsubscribe-push", new UnsubscribePush("chat:1", 2000, "server unsubscribe")),
            Map.entry("unsubscribe-push-without-reason", new UnsubscribePush("chat:1", 2500, null)),
            Map.entry("ping", new Ping()));

    private static final Map<String, Publication> PUBLICATIONS = Map.of(
            "publication", new Publication(channel("room:1"), payload("{ \"n\": 1e400 }"), null),
            "publication-of-client",
                    new Publication(
                            channel("room:1"),
                            payload("\"hi\""),
                            new ClientInfo("42", "0d7c", payload("{\"name\":\"Ann\"}"))),
            "publication-of-anonymous",
                    new Publication(channel("room:\"\\"), payload("null"), new ClientInfo("", "0d7c", null)),
            "publication-at-offset",
                    new Publication(channel("room:1"), payload("1"), null, new Position("aXbYcZdW", 42), Map.of()),
            "publication-with-everything",
                    new Publication(
                            channel("room:1"),
                            payload("{}"),
                            new ClientInfo("42", "0d7c", payload("[]")),
                            new Position("aXbYcZdW", Long.MAX_VALUE),
                            inOrder("b", "", "\"é\n", "😀\\")));

    private final JsonProtocol protocol = new JsonProtocol();

    static Stream<Arguments> messages() {
        return MESSAGES.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    static Stream<Arguments> publications() {
        return PUBLICATIONS.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void messagesEncodeToTheirGoldenFrame(String name, ServerMessage message) throws Exception {
        assertThat(new String(protocol.encode(message), UTF_8)).isEqualTo(golden(name));
    }

    @ParameterizedTest
    @MethodSource("publications")
    void publicationsEncodeToTheirGoldenFrame(String name, Publication publication) throws Exception {
        assertThat(new String(protocol.encode(publication), UTF_8)).isEqualTo(golden(name));
    }

    @Test
    void everyGoldenFrameHasItsMessage() throws Exception {
        assertThat(Golden.names("out"))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(MESSAGES.keySet().stream(), PUBLICATIONS.keySet().stream())
                                .toList());
    }

    @ParameterizedTest
    @MethodSource("publications")
    void aBodyIsWhatStandsInThePush(String name, Publication publication) throws Exception {
        String body = new String(protocol.encodeBody(publication), UTF_8);

        assertThat(golden(name)).endsWith("\"pub\":" + body + "}}");
    }

    @Test
    void joinedMessagesAreDecodedAsAllOfThem() throws Exception {
        byte[] first = "{\"id\":1,\"connect\":{}}".getBytes(UTF_8);
        byte[] second = "{}".getBytes(UTF_8);
        List<Command> commands = new ArrayList<>();
        byte[] joined = protocol.join(first, second, first);
        protocol.decode(joined, 0, joined.length, commands::add);

        assertThat(commands)
                .containsExactly(new Command.Connect(1, null), new Command.Pong(), new Command.Connect(1, null));
        assertThat(protocol.join(first)).isEqualTo(first);
    }

    @Test
    void everyErrorCodeEncodesItsNumberAndMessage() {
        for (ErrorCode code : ErrorCode.values()) {
            JsonObject error =
                    new JsonObject(new String(protocol.encode(new Failed(3, code)), UTF_8)).getJsonObject("error");
            assertThat(error.getInteger("code")).isEqualTo(code.code());
            assertThat(error.getString("message")).isEqualTo(code.message());
            assertThat(error.getBoolean("temporary", false)).isEqualTo(code.temporary());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "\"\\/",
                "\0\u0001\b\t\n\u000B\f\r\u001F\u007F",
                "é\u07FF\u0800漢\uFFFF",
                "😀\uDBFF\uDFFF"
            })
    void anyTextIsEscapedSoThatItReadsBackTheSame(String text) {
        String push = new String(protocol.encode(new UnsubscribePush("a", 1, text)), UTF_8);

        assertThat(push).doesNotContain("\n");
        assertThat(new JsonObject(push)
                        .getJsonObject("push")
                        .getJsonObject("unsubscribe")
                        .getString("reason"))
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "\uDE00", "\uDE00\uD83D"})
    void halvesOfSurrogatePairsAreReplaced(String text) {
        String push = new String(protocol.encode(new UnsubscribePush("a", 1, "x" + text)), UTF_8);

        assertThat(push).contains("x" + "\uFFFD".repeat(text.length()) + "\"");
    }

    private static String golden(String name) throws Exception {
        return new String(Golden.bytes("out/" + name + ".json"), UTF_8);
    }

    private static Map<String, String> inOrder(String key, String value, String otherKey, String otherValue) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(key, value);
        tags.put(otherKey, otherValue);
        return tags;
    }

    private static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));
    }

    private static Payload payload(String json) {
        return Payload.ofValidated(json.getBytes(UTF_8));
    }
}
