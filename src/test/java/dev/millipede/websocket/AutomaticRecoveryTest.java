package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.kept;
import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import dev.millipede.websocket.Connection.State;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The channels a connection has by itself, recovered with its connect command: {@code user:ann} at 7, broadcasts at 0. */
class AutomaticRecoveryTest {
    private static final String USER = "user:ann";
    private static final String BROADCAST = "broadcast";
    private static final int LIMIT = WebSocketConfig.DEFAULTS.outboxLimit();

    private final InstanceFixture fixture = new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS);

    @BeforeEach
    void hersStandsAtSeven() {
        fixture.stands.put(USER, new Position("e", 7));
        fixture.toRouter();
    }

    @AfterEach
    void everyBufferIsReleased() {
        fixture.loop.settle();
        assertThat(fixture.unreleased()).isZero();
    }

    private List<String> heard(Connection who) {
        fixture.loop.settle();
        return transport(who).taken();
    }

    private static JsonObject subs(String reply) {
        return new JsonObject(reply).getJsonObject("connect").getJsonObject("subs");
    }

    private static String sub(String reply, String channel) {
        return subs(reply).getJsonObject(channel).encode();
    }

    private Recover asksWhatItMissed(String channel) {
        Recover asked = fixture.asksWhatItMissed(channel);
        fixture.toRouter();
        return asked;
    }

    @Test
    void whoConnectsIsToldWhereItsChannelsStand() {
        Connection ann = fixture.connected("ann", Map.of());
        String reply = heard(ann).get(0);

        assertThat(sub(reply, USER))
                .isEqualTo("{\"recoverable\":true,\"epoch\":\"e\",\"offset\":7,\"positioned\":true}");
        assertThat(sub(reply, BROADCAST)).isEqualTo("{\"recoverable\":true,\"epoch\":\"e\",\"positioned\":true}");
    }

    @Test
    void whatWasMissedComesWithTheReplyToConnect() {
        Connection ann = fixture.connected(
                "ann", Map.of(USER, new Since("e", 5), BROADCAST, new Since("e", 0), "room:a", new Since("e", 1)));
        assertThat(ann.state).isEqualTo(State.CONNECTING);
        fixture.recover(asksWhatItMissed(USER), "6", "7");
        String reply = heard(ann).get(0);

        assertThat(sub(reply, USER))
                .isEqualTo("{\"recoverable\":true,\"epoch\":\"e\",\"publications\":[6,7],\"recovered\":true,"
                        + "\"offset\":5,\"positioned\":true,\"was_recovering\":true}");
        assertThat(sub(reply, BROADCAST)).contains("\"recovered\":true");
        assertThat(subs(reply).fieldNames()).containsExactly(USER, BROADCAST);
        assertThat(ann.pending).isNull();
    }

    @Test
    void broadcastsAreRecoveredToo() {
        fixture.publish(BROADCAST, "one");
        Connection ann = fixture.connected("ann", Map.of(BROADCAST, new Since("", 0)));
        fixture.recover(asksWhatItMissed(BROADCAST), "1");
        fixture.publish(BROADCAST, "two");
        List<String> heard = heard(ann);

        assertThat(sub(heard.get(0), BROADCAST)).contains("\"publications\":[1],\"recovered\":true");
        assertThat(heard.get(1)).isEqualTo("two");
    }

    @Test
    void whatIsNotRecoverableIsSaid() {
        Connection ann = fixture.connected("ann", Map.of(USER, new Since("old", 700)));
        fixture.giveUp(asksWhatItMissed(USER));

        assertThat(sub(heard(ann).get(0), USER))
                .isEqualTo("{\"recoverable\":true,\"epoch\":\"e\",\"offset\":7,\"positioned\":true,"
                        + "\"was_recovering\":true}");
    }

    @Test
    void whatComesBeforeConnectIsAnsweredFollowsTheReply() {
        Connection ann = fixture.connected("ann", Map.of(BROADCAST, new Since("other", 3)));
        fixture.publish(USER, "eight");
        fixture.loop.settle();
        fixture.publish(USER, "nine");
        assertThat(heard(ann)).isEmpty();

        fixture.giveUp(asksWhatItMissed(BROADCAST));
        fixture.publish(USER, "ten");
        List<String> heard = heard(ann);
        assertThat(sub(heard.get(0), USER)).contains("\"offset\":7");
        assertThat(heard.subList(1, heard.size())).containsExactly("eight", "nine", "ten");
    }

    @Test
    void inARoomThatIsLargeTooWhatComesBeforeConnectIsAnsweredFollowsTheReply() {
        List<Connection> others = new ArrayList<>();
        for (int i = 0; i < 2 * LocalChannel.SMALL; i++) {
            others.add(fixture.connected("", Map.of()));
        }
        others.forEach(this::heard);
        fixture.toRouter();
        Connection ann = fixture.connected("ann", Map.of(USER, new Since("e", 6)));
        fixture.publish(BROADCAST, "one");
        assertThat(heard(ann)).isEmpty();
        assertThat(heard(others.get(0))).containsExactly("one");

        fixture.recover(asksWhatItMissed(USER), "7");
        List<String> heard = heard(ann);
        assertThat(heard).hasSize(2).last().isEqualTo("one");
        assertThat(sub(heard.get(0), BROADCAST)).doesNotContain("offset");
    }

    @Test
    void aRecoveryThatIsRefusedFailsTheConnectAndWhatWasHeldForItIsDropped() {
        Connection ann = fixture.connected("ann", Map.of(BROADCAST, new Since("other", 3)));
        fixture.publish(USER, "eight");
        fixture.loop.settle();
        fixture.instance.told(
                new RecoveryRefused(kept(BROADCAST), asksWhatItMissed(BROADCAST).ask()));

        assertThat(heard(ann)).hasSize(1).first().asString().contains("\"code\":100");
        assertThat(ann.state).isEqualTo(State.REFUSED);
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, kept(USER)));
    }

    @Test
    void whoClosesBeforeConnectIsAnsweredLeavesNothingBehind() {
        Connection ann = fixture.connected("ann", Map.of(BROADCAST, new Since("other", 3)));
        fixture.publish(USER, "eight");
        fixture.loop.settle();
        transport(ann).close();
        fixture.giveUp(fixture.asksWhatItMissed(BROADCAST));

        assertThat(heard(ann)).isEmpty();
        assertThat(fixture.instance.connections()).isZero();
    }

    @Test
    void whoIsSentTooMuchBeforeConnectIsAnsweredIsClosedAsSlow() {
        Connection ann = fixture.connected("ann", Map.of(BROADCAST, new Since("other", 3)));
        for (int i = 0; i < 3; i++) {
            fixture.publish(USER, "x".repeat(LIMIT / 2));
            fixture.loop.settle();
        }

        assertThat(transport(ann).closeCodes).containsExactly(3008);
        assertThat(heard(ann)).isEmpty();
    }

    @Test
    void channelsThatDoNotFitIntoOneReplyAreNotRecovered() {
        Connection ann = fixture.connected("ann", Map.of(USER, new Since("e", 6), BROADCAST, new Since("other", 3)));
        String most = '"' + "x".repeat(LIMIT * 2 / 3) + '"';
        Recover hers = fixture.asksWhatItMissed(USER);
        fixture.recover(asksWhatItMissed(BROADCAST), most);
        fixture.publish(USER, "eight");
        fixture.recover(hers, most, "8");
        fixture.publish(USER, "nine");
        List<String> heard = heard(ann);

        assertThat(ann.isOpen()).isTrue();
        assertThat(sub(heard.get(0), BROADCAST)).contains("\"recovered\":true");
        assertThat(sub(heard.get(0), USER))
                .isEqualTo("{\"recoverable\":true,\"epoch\":\"e\",\"offset\":8,\"positioned\":true,"
                        + "\"was_recovering\":true}");
        assertThat(heard).last().isEqualTo("nine");
    }

    @Test
    void aConnectWaitsForItsRecoveriesThreeSecondsAtMost() {
        Connection ann = fixture.connected("ann", Map.of(USER, new Since("e", 5)));
        fixture.instance.subscribers.expire(fixture.loop.now + LocalSubscribers.JOIN_NANOS);

        assertThat(heard(ann)).hasSize(1).first().asString().contains("\"code\":100", "\"temporary\":true");
    }

    @Test
    void commandsBehindConnectAreCarriedOutAfterWhatWasHeld() {
        Connection ann = fixture.connected("ann", Map.of(BROADCAST, new Since("other", 3)));
        fixture.instance.commands.accept(ann, new Command.Unsubscribe(2, USER));
        fixture.publish(USER, "eight");
        fixture.loop.settle();
        fixture.giveUp(asksWhatItMissed(BROADCAST));

        assertThat(heard(ann)).hasSize(3).endsWith("eight", "{\"id\":2,\"unsubscribe\":{}}");
    }
}
