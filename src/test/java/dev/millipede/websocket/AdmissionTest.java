package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.TokenChannel;
import dev.millipede.auth.TokenVerdict;
import dev.millipede.backplane.Revocation;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.websocket.Connection.State;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is let in by a token, when that is known at once, later, or not at all. */
class AdmissionTest {
    private static final Limits LIMITS = new Limits(4, 2, 0, 0, 0, 0, 0, Duration.ofSeconds(1), 0);

    private final InstanceFixture fixture = new InstanceFixture();
    private final ScriptedJudge judge = new ScriptedJudge();
    private Connection ann = fixture.accept();

    @BeforeEach
    void tokensAreJudgedAsTold() {
        fixture.apply(judge, LIMITS, Namespaces.DEFAULTS);
        judge.says("ann", ScriptedJudge.of("ann"));
    }

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private List<String> says(Connection from, Command... commands) {
        for (Command command : commands) {
            fixture.instance.commands.accept(from, command);
        }
        fixture.loop.settle();
        return transport(from).taken();
    }

    private Connection connects(String token) {
        Connection connection = fixture.accept();
        says(connection, new Command.Connect(1, token));
        return connection;
    }

    @Test
    void commandsWaitUntilTheTokenIsJudged() {
        assertThat(says(ann, new Command.Connect(1, "slow"), new Command.Subscribe(2, "room:a", null)))
                .isEmpty();
        assertThat(transport(ann).paused).isTrue();
        assertThat(ann.user).isEmpty();

        judge.says("slow", ScriptedJudge.of("ann"));
        fixture.loop.settle();
        assertThat(transport(ann).paused).isFalse();
        assertThat(ann.subscriptionNames()).containsExactly("user:ann", "room:a", "broadcast");
    }

    @Test
    void aVerdictForWhoHasLeftChangesNothing() {
        says(ann, new Command.Connect(1, "slow"));
        ann.transportClosed();

        judge.says("slow", ScriptedJudge.of("ann"));
        assertThat(ann.state).isEqualTo(State.CLOSED);
        assertThat(connects("ann").isOpen()).isTrue();
        assertThat(connects("ann").isOpen()).isTrue();
    }

    @Test
    void aTokenThatCannotBeJudgedNowIsATemporaryError() {
        judge.says("who knows", new TokenVerdict.Unavailable("keys"));

        assertThat(says(ann, new Command.Connect(1, "who knows")))
                .containsExactly(
                        "{\"id\":1,\"error\":{\"code\":100,\"message\":\"internal server error\",\"temporary\":true}}");
        assertThat(transport(ann).paused).isFalse();
        assertThat(ann.state).isEqualTo(State.REFUSED);
    }

    @Test
    void aTokensChannelsAreSubscribedToWithItsData() {
        Payload data = Payload.ofValidated("{\"topic\":1}".getBytes(UTF_8));
        judge.says("channels", ScriptedJudge.of("ann", new TokenChannel("room:a", data, data)));

        assertThat(says(ann, new Command.Connect(1, "channels")))
                .singleElement()
                .asString()
                .contains("\"room:a\":{\"data\":{\"topic\":1}}");
        assertThat(ann.clientInfo(InstanceFixture.channel("room:a")).chanInfo()).isEqualTo(data);
        assertThat(ann.clientInfo(InstanceFixture.channel("room:b")).chanInfo()).isNull();
    }

    @Test
    void aTokensChannelOfNoNamespaceIsAnErrorAndNothingIsSubscribedTo() {
        judge.says("elsewhere", ScriptedJudge.of("ann", new TokenChannel("other:a", null, null)));

        assertThat(says(ann, new Command.Connect(1, "elsewhere")))
                .singleElement()
                .asString()
                .contains("\"code\":102");
        assertThat(ann.subscriptionNames()).isEmpty();
        assertThat(connects("ann").isOpen()).isTrue();
        assertThat(connects("ann").isOpen()).isTrue();
    }

    @Test
    void aTokenWithMoreChannelsThanAConnectionMayHaveClosesIt() {
        judge.says(
                "many",
                ScriptedJudge.of(
                        "ann",
                        new TokenChannel("room:a", null, null),
                        new TokenChannel("room:b", null, null),
                        new TokenChannel("room:c", null, null)));

        says(ann, new Command.Connect(1, "many"));
        assertThat(transport(ann).closeCodes).containsExactly(CloseCode.CHANNEL_LIMIT.code());
    }

    @Test
    void theConnectionOneTooManyOfAUserIsClosedAndWhoLeavesMakesRoom() {
        Connection first = connects("ann");
        Connection second = connects("ann");
        Connection third = connects("ann");

        assertThat(transport(third).closeCodes).containsExactly(CloseCode.CONNECTION_LIMIT.code());
        assertThat(second.isOpen()).isTrue();
        first.close(CloseCode.SHUTDOWN);
        assertThat(connects("ann").isOpen()).isTrue();
        assertThat(connects("ann").isOpen()).isFalse();
    }

    @Test
    void aRevokedTokenLetsNobodyInAndIsNoGoodToRefresh() {
        Connection in = connects("ann");
        judge.says("bob", ScriptedJudge.of("bob"));
        Connection bob = connects("bob");
        fixture.backplane.revocations().revoke(new Revocation.OfUser("ann"), Duration.ofHours(1));
        fixture.backplane.revocations().revoke(Revocation.ofId("id of bob"), Duration.ofHours(1));

        assertThat(transport(connects("ann")).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
        assertThat(transport(connects("bob")).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
        says(in, new Command.Refresh(2, "ann"));
        says(bob, new Command.Refresh(2, "bob"));
        assertThat(transport(in).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
        assertThat(transport(bob).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
    }

    @Test
    void whoIsInByARevokedTokenIsCutAndNobodyElse() {
        judge.says("bob", ScriptedJudge.of("bob"));
        judge.says("cy", ScriptedJudge.of("cy"));
        Connection in = connects("ann");
        Connection bob = connects("bob");
        Connection cy = connects("cy");

        fixture.instance.revoked(Set.of(new Revocation.OfUser("ann"), Revocation.ofId("id of bob")));
        fixture.loop.settle();
        assertThat(transport(in).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
        assertThat(transport(bob).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
        assertThat(cy.isOpen()).isTrue();
    }

    @Test
    void whatIsRevokedIsTheTokenThatARefreshBrought() {
        judge.says("bob", ScriptedJudge.of("bob"));
        judge.says(
                "bob again",
                new TokenVerdict.Valid(new dev.millipede.auth.Identity("bob", null, 0), List.of(), "another", 1));
        Connection bob = connects("bob");
        says(bob, new Command.Refresh(2, "bob again"));

        fixture.instance.revoked(Set.of(Revocation.ofId("id of bob")));
        assertThat(bob.isOpen()).isTrue();
        fixture.instance.revoked(Set.of(Revocation.ofId("another")));
        assertThat(bob.isOpen()).isFalse();
    }

    @Test
    void oneRefreshAtATime() {
        Connection in = connects("ann");

        assertThat(says(in, new Command.Refresh(2, "slow"), new Command.Refresh(3, "ann")))
                .singleElement()
                .asString()
                .startsWith("{\"id\":3,\"error\":{\"code\":111");
        judge.says("slow", ScriptedJudge.of("ann"));
        assertThat(says(in, new Command.Refresh(4, "ann"))).hasSize(2);
        assertThat(in.pending).isNull();
    }

    @Test
    void aTokenThatIsNotJudgedInTimeIsATemporaryErrorAndWhatComesLaterIsDropped() {
        says(ann, new Command.Connect(1, "slow"));
        for (long millis = 0; millis <= 10_100; millis += Heartbeat.TICK_MILLIS) {
            fixture.instance.heartbeat.tick(millis);
        }
        fixture.loop.settle();
        assertThat(transport(ann).taken()).singleElement().asString().startsWith("{\"id\":1,\"error\":{\"code\":100");

        judge.says("slow", ScriptedJudge.of("ann"));
        fixture.loop.settle();
        assertThat(ann.state).isEqualTo(State.REFUSED);
        assertThat(ann.subscriptionNames()).isEmpty();
    }

    @Test
    void revocationsThatComeDuringASweepAreLookedForInTheNext() {
        judge.says("bob", ScriptedJudge.of("bob"));
        Connection in = connects("ann");
        Connection bob = connects("bob");
        for (int i = 0; i < 200; i++) {
            fixture.connection();
        }
        fixture.loop.nanosPerLook = FanOut.SLICE_NANOS;

        fixture.instance.revoked(Set.of(new Revocation.OfUser("nobody")));
        fixture.instance.revoked(Set.of(new Revocation.OfUser("ann")));
        fixture.instance.revoked(Set.of(new Revocation.OfUser("bob")));
        fixture.loop.settle();
        assertThat(in.isOpen()).isFalse();
        assertThat(bob.isOpen()).isFalse();
    }
}
