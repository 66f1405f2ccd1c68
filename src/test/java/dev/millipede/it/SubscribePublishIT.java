package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may listen and write where, and what of it arrives. One instance, so that its loop orders everything. */
@ExtendWith(LogErrors.class)
class SubscribePublishIT {
    private static final int UNKNOWN_CHANNEL = 102;
    private static final int PERMISSION_DENIED = 103;
    private static final int ALREADY_SUBSCRIBED = 105;
    private static final int LIMIT_EXCEEDED = 106;
    private static final int BAD_REQUEST = 107;
    private static final int NOT_AVAILABLE = 108;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @BeforeAll
    static void start() {
        node = NodeFixture.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static void assertError(JsonObject reply, int code) {
        assertThat(reply.getJsonObject("error")).as(reply.encode()).isNotNull();
        assertThat(reply.getJsonObject("error").getInteger("code")).isEqualTo(code);
    }

    private static void assertDone(JsonObject reply, String command) {
        assertThat(reply.getJsonObject(command)).as(reply.encode()).isEqualTo(new JsonObject());
    }

    /** What the connection got before this must have been taken by the test: nothing else may come before the reply. */
    private static void assertNothingWaits(TestClient client) {
        JsonObject body = new JsonObject().put("channel", "room:nobody-is-here");
        client.send(new JsonObject().put("id", 777).put("unsubscribe", body).encode());
        assertThat(client.text()).isEqualTo("{\"id\":777,\"unsubscribe\":{}}");
    }

    private static NodeFixture withNamespaces(String namespaces) {
        return NodeFixture.start("{\"auth\":{\"anonymous\":true},\"namespaces\":" + namespaces + "}");
    }

    private static TestClient anonymous(NodeFixture of) {
        TestClient client = of.open();
        assertThat(client.call("connect", new JsonObject()).containsKey("connect"))
                .isTrue();
        return client;
    }

    @Test
    void whatAMemberPublishesReachesEveryMember() {
        try (TestClient ann = node.member("ann", "room:all");
                TestClient bob = node.member("bob", "room:all");
                TestClient stranger = node.connect("eve")) {
            JsonObject data = new JsonObject().put("text", "hello");
            assertDone(ann.publish("room:all", data), "publish");
            for (TestClient member : List.of(ann, bob)) {
                assertThat(member.publication("room:all").getJsonObject("data")).isEqualTo(data);
            }
            assertNothingWaits(stranger);
        }
    }

    @Test
    void usersSubscribeToRoomsAndAnonymousConnectionsDoNot() {
        try (NodeFixture open = withNamespaces("{}");
                TestClient ann = open.connect("ann");
                TestClient nobody = anonymous(open)) {
            assertDone(ann.call("subscribe", "room:1"), "subscribe");
            assertError(nobody.call("subscribe", "room:1"), PERMISSION_DENIED);
        }
    }

    @Test
    void onlySubscribersPublishToARoom() {
        try (TestClient ann = node.connect("ann")) {
            assertError(ann.publish("room:mine", 1), PERMISSION_DENIED);
            assertDone(ann.call("subscribe", "room:mine"), "subscribe");
            assertDone(ann.publish("room:mine", 2), "publish");
            assertThat(ann.publication("room:mine").getInteger("data")).isEqualTo(2);
            assertDone(ann.call("unsubscribe", "room:mine"), "unsubscribe");
            assertError(ann.publish("room:mine", 3), PERMISSION_DENIED);
        }
    }

    @Test
    void personalChannelsAndBroadcastAreForTheServerToPublish() {
        try (TestClient ann = node.connect("ann")) {
            assertError(ann.publish("user:ann", 1), PERMISSION_DENIED);
            assertError(ann.publish("user:bob", 1), PERMISSION_DENIED);
            assertError(ann.publish("broadcast", 1), PERMISSION_DENIED);
            assertError(ann.call("subscribe", "user:bob"), PERMISSION_DENIED);
        }
    }

    @Test
    void automaticChannelsCannotBeSubscribedAgain() {
        try (TestClient ann = node.connect("ann")) {
            assertError(ann.call("subscribe", "user:ann"), ALREADY_SUBSCRIBED);
            assertError(ann.call("subscribe", "broadcast"), ALREADY_SUBSCRIBED);
            assertDone(ann.call("subscribe", "room:1"), "subscribe");
            assertError(ann.call("subscribe", "room:1"), ALREADY_SUBSCRIBED);
        }
    }

    @Test
    void channelsOutsideTheNamespacesAreUnknown() {
        try (TestClient ann = node.connect("ann")) {
            for (String channel : List.of("lobby", "other:1", "broadcast:1", ":1", "$other:1")) {
                assertError(ann.call("subscribe", channel), UNKNOWN_CHANNEL);
                assertError(ann.publish(channel, 1), UNKNOWN_CHANNEL);
            }
        }
    }

    @Test
    void malformedNamesAreBadRequests() {
        try (TestClient ann = node.connect("ann")) {
            List<String> names = List.of(
                    "",
                    "room:a b",
                    "room:a\r\nb",
                    "room:a\nb",
                    "room:\0",
                    "room:\u007f",
                    "room:ä",
                    "room:\ud83d\ude00",
                    "room:" + "a".repeat(251));
            for (String name : names) {
                assertError(ann.call("subscribe", name), BAD_REQUEST);
                assertError(ann.publish(name, 1), BAD_REQUEST);
                assertDone(ann.call("unsubscribe", name), "unsubscribe");
            }
            assertDone(ann.call("subscribe", "room:" + "a".repeat(250)), "subscribe");
        }
    }

    @Test
    void aConnectionHasAtMostSoManyChannels() {
        try (NodeFixture few = NodeFixture.start("{\"websocket\":{\"channelsPerConnection\":3}}");
                TestClient ann = few.connect("ann")) {
            assertDone(ann.call("subscribe", "room:1"), "subscribe");
            assertDone(ann.call("subscribe", "room:2"), "subscribe");
            assertError(ann.call("subscribe", "room:3"), LIMIT_EXCEEDED);
            assertError(ann.call("subscribe", "room:2"), ALREADY_SUBSCRIBED);
            assertDone(ann.call("unsubscribe", "room:1"), "unsubscribe");
            assertDone(ann.call("subscribe", "room:3"), "subscribe");
        }
    }

    @Test
    void theReplyToASubscribeComesBeforeTheFirstPublication() {
        try (TestClient ann = node.member("ann", "room:busy")) {
            for (int i = 0; i < 200; i++) {
                try (TestClient joiner = node.connect("bob" + i)) {
                    ann.send(publish(10 + i, "room:busy", i));
                    joiner.send("{\"id\":5,\"subscribe\":{\"channel\":\"room:busy\"}}");
                    ann.send(publish(1000 + i, "room:busy", -1));
                    assertThat(joiner.text()).isEqualTo("{\"id\":5,\"subscribe\":{}}");
                }
            }
        }
    }

    private static String publish(int id, String channel, Object data) {
        return new JsonObject()
                .put("id", id)
                .put("publish", new JsonObject().put("channel", channel).put("data", data))
                .encode();
    }

    @Test
    void afterTheReplyToAnUnsubscribeNothingOfTheChannelComes() {
        try (TestClient ann = node.member("ann", "room:left");
                TestClient bob = node.member("bob", "room:left")) {
            for (int i = 0; i < 50; i++) {
                ann.send(publish(1000 + i, "room:left", i));
            }
            bob.send("{\"id\":9,\"unsubscribe\":{\"channel\":\"room:left\"}}");
            while (!bob.text().equals("{\"id\":9,\"unsubscribe\":{}}")) {
                // Publications from before the unsubscribe.
            }
            node.publish("room:left", "last");
            while (!"last".equals(ann.publication("room:left").getValue("data"))) {
                // Her own, from before.
            }
            assertNothingWaits(bob);
            assertDone(bob.call("subscribe", "room:left"), "subscribe");
            node.publish("room:left", "again");
            assertThat(bob.publication("room:left").getString("data")).isEqualTo("again");
        }
    }

    @Test
    void aPublicationSaysWhoSentItAndAClientCannotForgeThat() {
        try (TestClient bob = node.member("bob", "room:forged");
                TestClient ann = node.open()) {
            JsonObject connected = ann.call("connect", new JsonObject().put("token", NodeFixture.token("ann")))
                    .getJsonObject("connect");
            assertDone(ann.call("subscribe", "room:forged"), "subscribe");
            JsonObject forged = new JsonObject().put("user", "eve").put("client", "x");
            assertDone(
                    ann.call(
                            "publish",
                            new JsonObject()
                                    .put("channel", "room:forged")
                                    .put("info", forged)
                                    .put("user", "eve")
                                    .put("data", new JsonObject().put("info", forged))),
                    "publish");
            JsonObject publication = bob.publication("room:forged");
            assertThat(publication.getJsonObject("info"))
                    .isEqualTo(new JsonObject().put("user", "ann").put("client", connected.getString("client")));
            assertThat(publication.getJsonObject("data").getJsonObject("info")).isEqualTo(forged);
        }
    }

    @Test
    void whatABackendPublishesHasNoSender() {
        try (TestClient ann = node.member("ann", "room:backend")) {
            node.publish("room:backend", 7);
            assertThat(ann.text()).isEqualTo("{\"push\":{\"channel\":\"room:backend\",\"pub\":{\"data\":7}}}");
        }
    }

    @Test
    void dataArrivesByteForByte() {
        List<String> values = List.of(
                "{\"n\":12345678901234567890123456789.000000000000000000001e-400, \"a\" : [ 1 ,\t2 ]}",
                "\"\\u00e4\\/ \u00e4 \ud83d\ude00\"",
                "-0.0",
                "1E400",
                "null",
                "{\"k\":1,\"k\":2}",
                "[]",
                "\"push\"");
        try (TestClient ann = node.member("ann", "room:bytes");
                TestClient bob = node.member("bob", "room:bytes")) {
            for (String value : values) {
                ann.send("{\"id\":50,\"publish\":{\"data\": " + value + " ,\"channel\":\"room:bytes\"}}");
                assertThat(bob.text())
                        .startsWith("{\"push\":{\"channel\":\"room:bytes\",\"pub\":{\"data\":" + value + ",\"info\":{");
            }
        }
    }

    @Test
    void aPublishWithoutDataIsABadRequest() {
        try (TestClient ann = node.member("ann", "room:nodata")) {
            assertError(ann.call("publish", "room:nodata"), BAD_REQUEST);
        }
    }

    @Test
    void usersWriteToUsersWhereTheNamespaceLetsThem() {
        try (NodeFixture open = withNamespaces("{\"user\":{\"publish\":\"authenticated\"}}");
                TestClient ann = open.connect("ann");
                TestClient bob = open.connect("bob");
                TestClient bobAgain = open.connect("bob");
                TestClient nobody = anonymous(open)) {
            assertDone(ann.publish("user:bob", "hi"), "publish");
            for (TestClient each : List.of(bob, bobAgain)) {
                JsonObject publication = each.publication("user:bob");
                assertThat(publication.getString("data")).isEqualTo("hi");
                assertThat(publication.getJsonObject("info").getString("user")).isEqualTo("ann");
            }
            assertNothingWaits(ann);
            assertError(nobody.publish("user:bob", "hi"), PERMISSION_DENIED);
        }
    }

    @Test
    void aBroadcastComesOnceToEveryConnection() {
        try (NodeFixture open = NodeFixture.start("{\"auth\":{\"anonymous\":true},\"websocket\":{\"instances\":3}}");
                TestClient ann = open.member("ann", "room:1");
                TestClient annAgain = open.connect("ann");
                TestClient bob = open.connect("bob");
                TestClient nobody = anonymous(open)) {
            open.publish("broadcast", "first");
            open.publish("broadcast", "second");
            for (TestClient each : List.of(ann, annAgain, bob, nobody)) {
                assertThat(each.publication("broadcast").getString("data")).isEqualTo("first");
                assertThat(each.publication("broadcast").getString("data")).isEqualTo("second");
                assertNothingWaits(each);
            }
        }
    }

    @Test
    void whoUnsubscribesFromAnAutomaticChannelGetsNothingMoreOfIt() {
        try (TestClient ann = node.connect("ann");
                TestClient bob = node.connect("bob")) {
            assertDone(ann.call("unsubscribe", "broadcast"), "unsubscribe");
            assertDone(ann.call("unsubscribe", "user:ann"), "unsubscribe");
            node.publish("user:ann", 1);
            node.publish("broadcast", 2);
            assertThat(bob.publication("broadcast").getInteger("data")).isEqualTo(2);
            assertNothingWaits(ann);
        }
    }

    @Test
    void theApiBroadcastReachesEachOfItsChannels() {
        try (TestClient ann = node.member("ann", "room:a");
                TestClient bob = node.member("bob", "room:b")) {
            node.api(
                    "broadcast",
                    new JsonObject()
                            .put("channels", new JsonArray().add("room:a").add("room:b"))
                            .put("data", 1));
            assertThat(ann.publication("room:a").getInteger("data")).isEqualTo(1);
            assertThat(bob.publication("room:b").getInteger("data")).isEqualTo(1);
        }
    }

    @Test
    void unsubscribingFromAnUnknownChannelIsNoError() {
        try (TestClient ann = node.connect("ann")) {
            assertDone(ann.call("unsubscribe", "room:never"), "unsubscribe");
            assertDone(ann.call("unsubscribe", "nowhere"), "unsubscribe");
        }
    }

    @Test
    void whatDoesNotExistYetIsNotAvailable() {
        try (TestClient ann = node.connect("ann")) {
            for (String command : List.of("presence", "presence_stats", "history")) {
                assertError(ann.call(command, "room:1"), NOT_AVAILABLE);
            }
            assertError(ann.call("rpc", new JsonObject().put("method", "x").put("data", 1)), NOT_AVAILABLE);
            ann.send("{\"send\":{\"data\":1}}");
            assertThat(ann.next()).isEqualTo(new Closed(3508, "not available"));
        }
    }

    @Test
    void commandsInOneFrameAreAnsweredInOrder() {
        try (TestClient ann = node.open()) {
            ann.send(
                    new JsonObject()
                            .put("id", 1)
                            .put("connect", new JsonObject().put("token", NodeFixture.token("ann")))
                            .encode(),
                    "{\"id\":2,\"unsubscribe\":{\"channel\":\"room:x\"}}",
                    "{\"id\":3,\"subscribe\":{\"channel\":\"nowhere\"}}",
                    "{\"id\":4,\"rpc\":{}}",
                    "{\"id\":4294967295,\"unsubscribe\":{\"channel\":\"room:x\"}}");
            assertThat(List.of(ann.json(), ann.json(), ann.json(), ann.json(), ann.json()))
                    .extracting(reply -> reply.getLong("id"))
                    .containsExactly(1L, 2L, 3L, 4L, 4_294_967_295L);
        }
    }

    @Test
    void subscribesThatComeWithTheConnectAreAnsweredAfterIt() {
        try (TestClient ann = node.open()) {
            ann.send(
                    new JsonObject()
                            .put("id", 1)
                            .put("connect", new JsonObject().put("token", NodeFixture.token("pipelined")))
                            .encode(),
                    "{\"id\":2,\"subscribe\":{\"channel\":\"room:pipelined\",\"flag\":1}}",
                    publish(3, "room:nobody", 1));
            assertThat(ann.json().containsKey("connect")).isTrue();
            List<JsonObject> rest = List.of(ann.json(), ann.json());
            assertThat(rest).extracting(reply -> reply.getInteger("id")).containsExactlyInAnyOrder(2, 3);
            assertNothingWaits(ann);
            node.publish("room:pipelined", 1);
            assertThat(ann.publication("room:pipelined").getInteger("data")).isEqualTo(1);
        }
    }

    @Test
    void unsubscribeAndSubscribeInALoopNeverSayAlreadySubscribed() {
        try (TestClient ann = node.member("ann", "room:loop")) {
            for (int i = 0; i < 50; i++) {
                ann.send(
                        "{\"id\":8,\"unsubscribe\":{\"channel\":\"room:loop\"}}",
                        "{\"id\":9,\"subscribe\":{\"channel\":\"room:loop\"}}");
                assertThat(ann.text()).isEqualTo("{\"id\":8,\"unsubscribe\":{}}");
                assertThat(ann.text()).isEqualTo("{\"id\":9,\"subscribe\":{}}");
            }
        }
    }

    @Test
    void publicationsThatWaitTogetherArriveInOrder() {
        int count = 2_000;
        try (TestClient ann = node.member("ann", "room:order");
                TestClient bob = node.member("bob", "room:order")) {
            byte[][] frames = new byte[count][];
            for (int i = 0; i < count; i++) {
                frames[i] = ClientFrames.frame(
                        ClientFrames.TEXT, publish(1 + i, "room:order", i).getBytes(UTF_8));
            }
            ann.write(ClientFrames.join(frames));
            for (int i = 0; i < count; i++) {
                assertThat(bob.publication("room:order").getInteger("data")).isEqualTo(i);
            }
            for (int i = 0; i < count; i++) {
                assertThat(ann.reply().getInteger("id")).isEqualTo(i + 1);
            }
            for (int i = 0; i < count; i++) {
                assertThat(ann.publication("room:order").getInteger("data")).isEqualTo(i);
            }
        }
    }
}
