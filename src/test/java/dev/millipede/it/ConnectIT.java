package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.TokenMint;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who a connection is, and what becomes of one that cannot say. */
@ExtendWith(LogErrors.class)
class ConnectIT {
    private static final Closed INVALID_TOKEN = new Closed(3500, "invalid token");
    private static final Closed BAD_REQUEST = new Closed(3501, "bad request");

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

    private static String connect(String token) {
        return connect(1, token);
    }

    private static String connect(int id, String token) {
        return new JsonObject()
                .put("id", id)
                .put("connect", new JsonObject().put("token", token))
                .encode();
    }

    private static String error(int id, int code, String message) {
        return "{\"id\":" + id + ",\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\"}}";
    }

    private static JsonObject accepted(TestClient client, String token) {
        client.send(connect(token));
        JsonObject reply = client.json();
        assertThat(reply.getInteger("id")).isEqualTo(1);
        return reply.getJsonObject("connect");
    }

    private static void assertClosed(String token, Closed expected) {
        try (TestClient client = node.open()) {
            client.send(connect(token));
            assertThat(client.next()).as(token).isEqualTo(expected);
        }
    }

    @Test
    void theReplyTellsIdentityChannelsAndPings() {
        try (TestClient client = node.open()) {
            JsonObject connected = accepted(client, NodeFixture.token("ann"));
            assertThat(UUID.fromString(connected.getString("client")).toString())
                    .isEqualTo(connected.getString("client"));
            assertThat(connected.getString("version")).isNotEmpty();
            assertThat(connected.getBoolean("expires")).isTrue();
            assertThat(connected.getInteger("ttl")).isBetween(3590, 3600);
            assertThat(connected.getInteger("ping")).isEqualTo(25);
            assertThat(connected.getBoolean("pong")).isTrue();
            assertThat(connected.getJsonObject("subs").fieldNames()).containsExactlyInAnyOrder("user:ann", "broadcast");
            assertThat(connected.fieldNames())
                    .containsExactlyInAnyOrder("client", "version", "expires", "ttl", "subs", "ping", "pong");
        }
    }

    @Test
    void everyConnectionHasAnIdOfItsOwn() {
        try (TestClient first = node.open();
                TestClient second = node.open()) {
            String token = NodeFixture.token("ann");
            assertThat(accepted(first, token).getString("client"))
                    .isNotEqualTo(accepted(second, token).getString("client"));
        }
    }

    @Test
    void aTokenWithoutEndHasNoTimeToLive() {
        try (NodeFixture patient = NodeFixture.start("{\"auth\":{\"requireExpiry\":false}}");
                TestClient client = patient.open()) {
            assertThat(accepted(client, NodeFixture.token("ann", 0)).fieldNames())
                    .doesNotContain("expires", "ttl");
        }
    }

    @Test
    void aTokenWithoutEndIsRefusedUnlessItIsAllowed() {
        try (TestClient client = node.open()) {
            client.send(connect(NodeFixture.token("ann", 0)));
            assertThat(client.next()).isEqualTo(INVALID_TOKEN);
        }
    }

    @Test
    void aTokenWithoutUserIsTheAnonymousUser() {
        try (TestClient client = node.open()) {
            assertThat(accepted(client, NodeFixture.token(""))
                            .getJsonObject("subs")
                            .fieldNames())
                    .containsExactly("broadcast");
            assertThat(client.call("subscribe", "room:1").getJsonObject("error").getInteger("code"))
                    .isEqualTo(103);
        }
    }

    @Test
    void withoutTokenOnlyAnonymousConnectionsThatAreAllowedGetIn() {
        try (TestClient refused = node.open();
                NodeFixture open = NodeFixture.start("{\"auth\":{\"anonymous\":true}}");
                TestClient allowed = open.open()) {
            refused.send("{\"id\":1,\"connect\":{}}");
            assertThat(refused.next()).isEqualTo(INVALID_TOKEN);
            allowed.send("{\"id\":1,\"connect\":{}}");
            assertThat(allowed.json()
                            .getJsonObject("connect")
                            .getJsonObject("subs")
                            .fieldNames())
                    .containsExactly("broadcast");
        }
    }

    @Test
    void anExpiredTokenIsAnErrorAndOnlyALaterCommandCloses() {
        try (TestClient client = node.open()) {
            client.send(connect(NodeFixture.token("ann", -10)));
            assertThat(client.text()).isEqualTo(error(1, 109, "token expired"));
            client.send("{\"id\":2,\"subscribe\":{\"channel\":\"room:1\"}}");
            assertThat(client.next()).isEqualTo(BAD_REQUEST);
        }
    }

    @Test
    void theErrorIsOnTheWireBeforeTheCloseThatThePipelinedCommandCauses() {
        try (TestClient client = node.open()) {
            client.send(
                    connect(NodeFixture.token("ann", -10)),
                    "{\"id\":2,\"subscribe\":{\"channel\":\"room:1\"}}",
                    "{\"id\":3,\"subscribe\":{\"channel\":\"room:2\"}}");
            assertThat(client.text()).isEqualTo(error(1, 109, "token expired"));
            assertThat(client.next()).isEqualTo(BAD_REQUEST);
            client.ended();
        }
    }

    @Test
    void tokensThatAreNotOursClose() {
        String good = NodeFixture.token("ann");
        String foreign =
                new TokenMint("another secret of thirty-two bytes", InstantSource.system()).mint("ann", 60, null);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String unsigned = base64.encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8))
                + '.'
                + base64.encodeToString("{\"sub\":\"ann\"}".getBytes(UTF_8))
                + '.';
        String[] parts = good.split("\\.", -1);
        String claimed = parts[0] + '.' + base64.encodeToString("{\"sub\":\"eve\"}".getBytes(UTF_8)) + '.' + parts[2];
        for (String token : List.of(foreign, unsigned, claimed, "garbage", "a.b.c", good + ".", "x".repeat(9000))) {
            assertClosed(token, INVALID_TOKEN);
        }
    }

    @Test
    void aUserThatCannotNameAChannelCloses() {
        for (String user : List.of("ann smith", "ann\nsmith", "änn", "a".repeat(251))) {
            assertClosed(NodeFixture.token(user), INVALID_TOKEN);
        }
        try (TestClient longest = node.open()) {
            assertThat(accepted(longest, NodeFixture.token("a".repeat(250)))
                            .getJsonObject("subs")
                            .fieldNames())
                    .contains("user:" + "a".repeat(250));
        }
    }

    @Test
    void aSecondConnectCloses() {
        try (TestClient client = node.connect("ann")) {
            client.send(connect(2, NodeFixture.token("ann")));
            assertThat(client.next()).isEqualTo(BAD_REQUEST);
        }
    }

    @Test
    void aSecondConnectInTheSameFrameClosesAfterTheFirstIsAnswered() {
        try (TestClient client = node.open()) {
            client.send(connect(NodeFixture.token("ann")), connect(2, NodeFixture.token("ann")));
            assertThat(client.json().containsKey("connect")).isTrue();
            assertThat(client.next()).isEqualTo(BAD_REQUEST);
        }
    }

    @Test
    void anyCommandBeforeConnectCloses() {
        for (String command : List.of(
                "{\"id\":1,\"subscribe\":{\"channel\":\"room:1\"}}",
                "{\"id\":1,\"refresh\":{\"token\":\"x\"}}",
                "{\"id\":1,\"rpc\":{}}",
                "{}")) {
            try (TestClient client = node.open()) {
                client.send(command);
                assertThat(client.next()).as(command).isEqualTo(BAD_REQUEST);
            }
        }
    }

    @Test
    void whoDoesNotConnectInTimeIsStale() {
        try (NodeFixture hasty = NodeFixture.start("{\"websocket\":{\"connectTimeout\":\"300ms\"}}");
                TestClient silent = hasty.open();
                TestClient refused = hasty.open();
                TestClient connected = hasty.connect("ann")) {
            refused.send(connect(NodeFixture.token("ann", -10)));
            assertThat(refused.json().containsKey("error")).isTrue();
            Closed stale = new Closed(3502, "stale");
            assertThat(silent.next()).isEqualTo(stale);
            assertThat(refused.next()).isEqualTo(stale);
            assertThat(connected.call("subscribe", "room:1").containsKey("subscribe"))
                    .isTrue();
        }
    }

    @Test
    void aRefreshAnswersWithTheNewTimeToLive() {
        try (TestClient client = node.open()) {
            String id = accepted(client, NodeFixture.token("ann", 60)).getString("client");
            client.send("{\"id\":2,\"refresh\":{\"token\":\"" + NodeFixture.token("ann", 600) + "\"}}");
            JsonObject refreshed = client.json().getJsonObject("refresh");
            assertThat(refreshed.getString("client")).isEqualTo(id);
            assertThat(refreshed.getBoolean("expires")).isTrue();
            assertThat(refreshed.getInteger("ttl")).isBetween(590, 600);
        }
    }

    @Test
    void aRefreshWithAnExpiredTokenIsAnErrorAndTheConnectionGoesOn() {
        try (TestClient client = node.connect("ann")) {
            client.send("{\"id\":2,\"refresh\":{\"token\":\"" + NodeFixture.token("ann", -10) + "\"}}");
            assertThat(client.text()).isEqualTo(error(2, 109, "token expired"));
            client.send("{\"id\":3,\"unsubscribe\":{\"channel\":\"room:1\"}}");
            assertThat(client.text()).isEqualTo("{\"id\":3,\"unsubscribe\":{}}");
        }
    }

    @Test
    void aRefreshAsAnotherUserOrWithoutATokenCloses() {
        for (String token : List.of(NodeFixture.token("eve"), NodeFixture.token(""), "garbage", "")) {
            try (TestClient client = node.connect("ann")) {
                client.send("{\"id\":2,\"refresh\":{\"token\":\"" + token + "\"}}");
                assertThat(client.next()).as(token).isEqualTo(INVALID_TOKEN);
            }
        }
    }
}
