package dev.millipede.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Position;
import dev.millipede.support.Eventually;
import dev.millipede.support.TestClient;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientTest {
    private static final String WELCOME = "{\"client\":\"c1\",\"ping\":25,\"pong\":true}";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final ClientLoop loop = new ClientLoop(vertx);
    private final HandTimers timers = new HandTimers(loop);
    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void stop() {
        vertx.close().await();
        server.close();
    }

    /** Writes down what it is told. */
    private final class Notes implements ClientListener {
        @Override
        public void connected(String clientId) {
            events.add("connected " + clientId);
        }

        @Override
        public void disconnected(int code, boolean reconnects) {
            events.add("disconnected " + code + (reconnects ? ", reconnects" : ""));
        }

        @Override
        public void subscribed(String channel, boolean wasRecovering, boolean recovered, @Nullable Position position) {
            events.add("subscribed " + channel + (wasRecovering ? " recovering" : "") + (recovered ? " recovered" : "")
                    + place(position));
        }

        @Override
        public void unsubscribed(String channel, int code, boolean resubscribes) {
            events.add("unsubscribed " + channel + ' ' + code + (resubscribes ? ", resubscribes" : ""));
        }

        @Override
        public void publication(String channel, @Nullable Position position, @Nullable Object data) {
            events.add("publication " + channel + ' ' + data + place(position));
        }

        private static String place(@Nullable Position position) {
            return position == null ? "" : " at " + position.epoch() + ':' + position.offset();
        }
    }

    private Client client(SocketAddress... nodes) {
        Client client = new Client(
                loop, timers, new Random(1), Settings.SDK, () -> List.of(nodes), () -> "a-token", new Notes());
        loop.run(client::connect);
        return client;
    }

    private Client member(String channel) {
        Client client = new Client(
                loop,
                timers,
                new Random(1),
                Settings.SDK,
                () -> List.of(server.address()),
                () -> "a-token",
                new Notes());
        loop.run(() -> {
            client.subscribe(channel);
            client.connect();
        });
        return client;
    }

    private void told(String... wanted) {
        for (String each : wanted) {
            try {
                assertThat(events.poll(TestClient.DEADLINE_SECONDS, TimeUnit.SECONDS))
                        .isEqualTo(each);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private void waitFor(long least, long most) {
        long delay = Eventually.until(timers::untilNext, next -> next >= least && next <= most);
        timers.advance(delay);
    }

    @Test
    void connectAndSubscribesGoInOneFrame() {
        member("room:a");
        try (ScriptedServer.Peer peer = server.accept()) {
            assertThat(peer.frame())
                    .containsExactly(
                            "{\"id\":1,\"connect\":{\"token\":\"a-token\",\"name\":\"test\"}}",
                            "{\"id\":2,\"subscribe\":{\"channel\":\"room:a\",\"flag\":1}}");
            peer.say(
                    "{\"id\":1,\"connect\":" + WELCOME + "}",
                    "{\"id\":2,\"subscribe\":{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\",\"offset\":4}}",
                    "{\"push\":{\"channel\":\"room:a\",\"pub\":{\"data\":\"live\",\"offset\":5}}}");
            told("connected c1", "subscribed room:a at e:4", "publication room:a live at e:5");
        }
    }

    @Test
    void aPingIsAnsweredWhereTheServerWantsThat() {
        client(server.address());
        try (ScriptedServer.Peer peer = server.welcome(WELCOME)) {
            peer.say("{}");
            assertThat(peer.frame()).containsExactly("{}");
        }
    }

    @Test
    void whoSubscribesBeforeConnectIsAnsweredIsSubscribedBehindIt() {
        Client client = client(server.address());
        try (ScriptedServer.Peer peer = server.accept()) {
            JsonObject connect = peer.hear("connect");
            loop.run(() -> client.subscribe("room:a"));
            JsonObject subscribe = peer.hear("subscribe");
            peer.answer(connect, "connect", WELCOME);
            peer.answer(subscribe, "subscribe", "{}");
            told("connected c1", "subscribed room:a");
        }
    }

    @Test
    void whoComesBackToAnotherNodeAsksForWhatItMissed() {
        try (ScriptedServer other = new ScriptedServer()) {
            Client client = client(server.address(), other.address());
            loop.run(() -> client.subscribe("room:a"));
            // Which of the two it begins with is up to the random numbers.
            boolean first = startsAt(server, other);
            ScriptedServer home = first ? server : other;
            try (ScriptedServer.Peer peer = home.accept()) {
                peer.answer(peer.hear("connect"), "connect", WELCOME);
                peer.answer(
                        peer.hear("subscribe"),
                        "subscribe",
                        "{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\",\"offset\":4}");
                peer.say("{\"push\":{\"channel\":\"room:a\",\"pub\":{\"data\":5,\"offset\":5}}}");
                told("connected c1", "subscribed room:a at e:4", "publication room:a 5 at e:5");
            }
            told("disconnected 1, reconnects");
            waitFor(500, 1000);
            try (ScriptedServer.Peer peer = (first ? other : server).accept()) {
                peer.answer(peer.hear("connect"), "connect", WELCOME);
                JsonObject subscribe = peer.hear("subscribe");
                assertThat(subscribe.getJsonObject("subscribe"))
                        .isEqualTo(new JsonObject(
                                "{\"channel\":\"room:a\",\"flag\":1,\"recover\":true,\"epoch\":\"e\",\"offset\":5}"));
                peer.answer(
                        subscribe,
                        "subscribe",
                        "{\"recoverable\":true,\"positioned\":true,\"epoch\":\"e\",\"offset\":5,\"was_recovering\":true,"
                                + "\"recovered\":true,\"publications\":[{\"data\":6,\"offset\":6},{\"data\":7,\"offset\":7}]}");
                told(
                        "connected c1",
                        "subscribed room:a recovering recovered at e:5",
                        "publication room:a 6 at e:6",
                        "publication room:a 7 at e:7");
            }
        }
    }

    /** The client's first choice, by the same random numbers. */
    private static boolean startsAt(ScriptedServer a, ScriptedServer b) {
        List<ScriptedServer> both = List.of(a, b);
        return both.get(new Random(1).nextInt(2)) == a;
    }

    @Test
    void subscriptionsOfTheServerAreRecoveredWithTheConnect() {
        client(server.address());
        String subs = "{\"client\":\"c1\",\"subs\":{\"user:1\":{\"recoverable\":true,\"epoch\":\"e\",\"offset\":2},"
                + "\"plain\":{}}}";
        try (ScriptedServer.Peer peer = server.welcome(subs)) {
            peer.say("{\"push\":{\"channel\":\"user:1\",\"pub\":{\"data\":3,\"offset\":3}}}");
            told("connected c1", "subscribed user:1 at e:2", "subscribed plain", "publication user:1 3 at e:3");
            peer.bid(3001, "shutdown");
            told("disconnected 3001, reconnects");
        }
        waitFor(500, 1000);
        try (ScriptedServer.Peer peer = server.accept()) {
            JsonObject connect = peer.hear("connect");
            assertThat(connect.getJsonObject("connect").getJsonObject("subs"))
                    .isEqualTo(new JsonObject("{\"user:1\":{\"recover\":true,\"epoch\":\"e\",\"offset\":3}}"));
            peer.answer(
                    connect,
                    "connect",
                    "{\"client\":\"c2\",\"subs\":{\"user:1\":{\"recoverable\":true,\"epoch\":\"e\",\"offset\":3,"
                            + "\"was_recovering\":true,\"recovered\":true,\"publications\":[{\"data\":4,\"offset\":4}]}}}");
            told(
                    "connected c2",
                    "subscribed user:1 recovering recovered at e:3",
                    "publication user:1 4 at e:4",
                    "unsubscribed plain 0");
        }
    }

    @Test
    void aServersSubscriptionThatLostItsPlaceBeginsAnewInTheSameFrame() {
        client(server.address());
        String subs = "{\"client\":\"c1\",\"subs\":{\"user:1\":{\"recoverable\":true,\"epoch\":\"e\",\"offset\":2}}}";
        try (ScriptedServer.Peer peer = server.welcome(subs)) {
            peer.say(
                    "{\"push\":{\"channel\":\"user:1\",\"unsubscribe\":{\"code\":2500,\"reason\":\"insufficient state\"}}}",
                    "{\"push\":{\"channel\":\"user:1\",\"subscribe\":{\"recoverable\":true,\"epoch\":\"f\",\"offset\":0}}}",
                    "{\"push\":{\"channel\":\"user:1\",\"pub\":{\"data\":1,\"offset\":1}}}");
            told(
                    "connected c1",
                    "subscribed user:1 at e:2",
                    "unsubscribed user:1 2500",
                    "subscribed user:1 at f:0",
                    "publication user:1 1 at f:1");
        }
    }

    @Test
    void insufficientStateIsFollowedByASubscribeThatRecovers() {
        member("room:a");
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.answer(peer.hear("connect"), "connect", WELCOME);
            peer.answer(peer.hear("subscribe"), "subscribe", "{\"recoverable\":true,\"epoch\":\"e\",\"offset\":4}");
            peer.say("{\"push\":{\"channel\":\"room:a\",\"unsubscribe\":{\"code\":2500,\"reason\":\"insufficient\"}}}");
            JsonObject again = peer.hear("subscribe");
            assertThat(again.getJsonObject("subscribe").getLong("offset")).isEqualTo(4);
            peer.answer(
                    again, "subscribe", "{\"recoverable\":true,\"epoch\":\"f\",\"offset\":9,\"was_recovering\":true}");
            told(
                    "connected c1",
                    "subscribed room:a at e:4",
                    "unsubscribed room:a 2500, resubscribes",
                    "subscribed room:a recovering at f:9");
            peer.say("{\"push\":{\"channel\":\"room:a\",\"unsubscribe\":{\"code\":2000,\"reason\":\"server\"}}}");
            told("unsubscribed room:a 2000");
        }
    }

    @Test
    void aTemporaryRefusalIsTriedAgainEverMoreSlowlyAndAnotherIsNot() {
        member("room:a");
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.answer(peer.hear("connect"), "connect", WELCOME);
            peer.answer(peer.hear("subscribe"), "error", "{\"code\":100,\"message\":\"m\",\"temporary\":true}");
            told("connected c1", "unsubscribed room:a 100, resubscribes");
            waitFor(500, 1000);
            peer.answer(peer.hear("subscribe"), "error", "{\"code\":100,\"message\":\"m\",\"temporary\":true}");
            told("unsubscribed room:a 100, resubscribes");
            waitFor(500, 1500);
            peer.answer(peer.hear("subscribe"), "error", "{\"code\":103,\"message\":\"m\"}");
            told("unsubscribed room:a 103");
        }
    }

    @Test
    void codesThatEndItForGoodDoSoOnlyWithAReason() {
        client(server.address());
        try (ScriptedServer.Peer peer = server.welcome(WELCOME)) {
            peer.bid(3500, "");
            told("connected c1", "disconnected 3500, reconnects");
        }
        waitFor(500, 1000);
        try (ScriptedServer.Peer peer = server.welcome(WELCOME)) {
            peer.bid(3500, "invalid token");
            told("connected c1", "disconnected 3500");
        }
        assertThat(CloseAdvice.reconnects(1009, "")).isFalse();
        assertThat(CloseAdvice.reconnects(1000, "bye")).isTrue();
        assertThat(CloseAdvice.reconnects(4501, "custom")).isFalse();
        assertThat(CloseAdvice.reconnects(5000, "custom")).isTrue();
    }

    @Test
    void aConnectThatIsRefusedForNowIsTriedAgain() {
        client(server.address());
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.answer(peer.hear("connect"), "error", "{\"code\":100,\"message\":\"m\",\"temporary\":true}");
            told("disconnected 100, reconnects");
        }
        waitFor(500, 1000);
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.answer(peer.hear("connect"), "error", "{\"code\":101,\"message\":\"m\"}");
            told("disconnected 101");
        }
    }

    @Test
    void silenceBeyondThePingEndsTheConnectionAndAnyFrameBreaksIt() {
        client(server.address());
        try (ScriptedServer.Peer peer = server.welcome(WELCOME)) {
            told("connected c1");
            Eventually.until(timers::untilNext, next -> next == 35_000);
            timers.advance(20_000);
            peer.say("{}");
            assertThat(peer.frame()).containsExactly("{}");
            timers.advance(15_000);
            // Heard something at 20 s: 35 s from then.
            Eventually.until(timers::untilNext, next -> next >= 19_999 && next <= 20_001);
            assertThat(events).isEmpty();
            timers.advance(20_001);
            told("disconnected 11, reconnects");
        }
    }

    @Test
    void aCommandThatIsNotAnsweredEndsTheConnection() {
        member("room:a");
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.answer(peer.hear("connect"), "connect", WELCOME);
            peer.hear("subscribe");
            told("connected c1");
            timers.advance(5_000);
            told("disconnected 12, reconnects");
        }
    }

    @Test
    void whoLeavesByItselfSaysSoAndRecoversWhenItComesAgain() {
        Client client = member("room:a");
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.answer(peer.hear("connect"), "connect", WELCOME);
            peer.answer(peer.hear("subscribe"), "subscribe", "{\"recoverable\":true,\"epoch\":\"e\",\"offset\":4}");
            told("connected c1", "subscribed room:a at e:4");
            loop.run(client::disconnect);
            assertThat(peer.frame()).containsExactly("close");
            told("disconnected 0");
        }
        loop.run(client::connect);
        try (ScriptedServer.Peer peer = server.accept()) {
            peer.hear("connect");
            assertThat(peer.hear("subscribe").getJsonObject("subscribe").getBoolean("recover"))
                    .isTrue();
        }
    }
}
