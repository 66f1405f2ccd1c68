package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.SubscriptionVerdict;
import dev.millipede.auth.SubscriptionVerdict.Valid;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ann is connected; the clock of tokens stands, that of the loop is the test's. */
class SubscriptionTokensTest {
    private static final Limits LIMITS = new Limits(4, 0, 0, 0, 0, 0, 0, Duration.ofSeconds(1), 0);
    private static final Payload INFO = Payload.ofValidated("{\"role\":1}".getBytes(UTF_8));
    private static final long NOW = Instant.parse("2026-11-22T12:00:00Z").getEpochSecond();

    private final InstanceFixture fixture = new InstanceFixture();
    private final ScriptedJudge judge = new ScriptedJudge();
    private final Connection ann = fixture.accept();
    private long millis;

    @BeforeEach
    void annIsConnected() {
        fixture.apply(judge, LIMITS, Namespaces.DEFAULTS);
        judge.says("ann", ScriptedJudge.of("ann"));
        says(new Command.Connect(1, "ann"));
    }

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private List<String> says(Command... commands) {
        for (Command command : commands) {
            fixture.instance.commands.accept(ann, command);
        }
        return heard();
    }

    private List<String> heard() {
        fixture.loop.settle();
        return transport(ann).taken();
    }

    private List<String> heardUntil(long seconds) {
        while (millis < seconds * 1_000) {
            millis += Heartbeat.TICK_MILLIS;
            fixture.instance.heartbeat.tick(millis);
            if (ann.awaitsPong) {
                fixture.instance.commands.accept(ann, new Command.Pong());
            }
        }
        return heard().stream().filter(each -> !each.equals("{}")).toList();
    }

    private static Valid by(String user, String channel, String client, long expiresAt) {
        return new Valid(user, channel, client, expiresAt, INFO, null);
    }

    private static Command.Subscribe subscribe(long id, String channel) {
        return new Command.Subscribe(id, channel, "token");
    }

    @Test
    void aPrivateChannelTakesAToken() {
        assertThat(says(new Command.Subscribe(2, "$room:a", null)))
                .singleElement()
                .asString()
                .contains("\"code\":103");
        judge.says("token", by("ann", "$room:a", "", 0));
        assertThat(says(subscribe(3, "$room:a"))).containsExactly("{\"id\":3,\"subscribe\":{}}");
        assertThat(ann.clientInfo(InstanceFixture.channel("$room:a")).chanInfo())
                .isEqualTo(INFO);
    }

    @Test
    void aTokenOpensWhatTheRulesDoNot() {
        judge.says("token", by("ann", "user:bob", ann.id(), 0));

        assertThat(says(subscribe(2, "user:bob"))).containsExactly("{\"id\":2,\"subscribe\":{}}");
    }

    static Stream<Valid> forSomethingElse() {
        return Stream.of(
                by("bob", "$room:a", "", 0),
                by("", "$room:a", "", 0),
                by("ann", "$room:A", "", 0),
                by("ann", "room:a", "", 0),
                by("ann", "$room:a", "another client", 0));
    }

    @ParameterizedTest
    @MethodSource("forSomethingElse")
    void aTokenOfAnotherUserChannelOrClientClosesTheConnection(Valid verdict) {
        judge.says("token", verdict);

        says(subscribe(2, "$room:a"));
        assertThat(transport(ann).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
    }

    @ParameterizedTest
    @MethodSource("forSomethingElse")
    void asDoesSuchATokenToProlongASubscription(Valid verdict) {
        judge.says("token", by("ann", "$room:a", "", NOW + 60));
        says(subscribe(2, "$room:a"));
        judge.says("other", verdict);

        says(new Command.SubRefresh(3, "$room:a", "other"));
        assertThat(transport(ann).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
    }

    @Test
    void badExpiredAndUnverifiableTokensAreErrors() {
        judge.says("token", new SubscriptionVerdict.Invalid("signature"));
        assertThat(says(subscribe(2, "$room:a")).get(0)).startsWith("{\"id\":2,\"error\":{\"code\":103");
        judge.says("token", new SubscriptionVerdict.Expired());
        assertThat(says(subscribe(3, "$room:a")).get(0)).startsWith("{\"id\":3,\"error\":{\"code\":109");
        judge.says("token", new SubscriptionVerdict.Unavailable("keys"));
        assertThat(says(subscribe(4, "$room:a")).get(0)).startsWith("{\"id\":4,\"error\":{\"code\":100");
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void aBadTokenIsAnErrorAlsoWhereTheRulesWouldAllow() {
        judge.says("token", new SubscriptionVerdict.Invalid("signature"));

        assertThat(says(subscribe(2, "room:a")).get(0)).startsWith("{\"id\":2,\"error\":{\"code\":103");
    }

    @Test
    void commandsForTheChannelWaitWhileItsTokenIsVerifiedAndOthersDoNot() {
        assertThat(says(
                        subscribe(2, "$room:a"),
                        subscribe(3, "$room:a"),
                        new Command.Publish(4, "$room:a", INFO),
                        new Command.Unsubscribe(5, "$room:a"),
                        new Command.Unsubscribe(6, "room:b")))
                .containsExactly("{\"id\":6,\"unsubscribe\":{}}");

        judge.says("token", by("ann", "$room:a", "", 0));
        assertThat(heard())
                .satisfiesExactly(
                        two -> assertThat(two).isEqualTo("{\"id\":2,\"subscribe\":{}}"),
                        three -> assertThat(three).startsWith("{\"id\":3,\"error\":{\"code\":105"),
                        four -> assertThat(four).isEqualTo("{\"id\":4,\"publish\":{}}"),
                        five -> assertThat(five).isEqualTo("{\"id\":5,\"unsubscribe\":{}}"));
        assertThat(ann.pending).isNull();
    }

    @Test
    void tokensBeingVerifiedCountAsChannels() {
        assertThat(says(
                        subscribe(2, "$room:a"),
                        subscribe(3, "$room:b"),
                        subscribe(4, "$room:c"),
                        subscribe(5, "$room:d")))
                .singleElement()
                .asString()
                .startsWith("{\"id\":5,\"error\":{\"code\":106");
    }

    @Test
    void aVerdictForWhoHasLeftChangesNothing() {
        says(subscribe(2, "$room:a"));
        ann.transportClosed();

        judge.says("token", by("ann", "$room:a", "", 0));
        assertThat(fixture.instance.subscribers.subscriptions()).isZero();
    }

    @Test
    void aSubscriptionEndsSomeTimeAfterItsTokenUnlessItIsProlonged() {
        judge.says("token", by("ann", "$room:a", "", NOW + 60));
        judge.says("longer", by("ann", "$room:a", "", NOW + 100));
        assertThat(says(subscribe(2, "$room:a")))
                .containsExactly("{\"id\":2,\"subscribe\":{\"expires\":true,\"ttl\":60}}");

        assertThat(heardUntil(80)).isEmpty();
        assertThat(says(new Command.SubRefresh(3, "$room:a", "longer")))
                .containsExactly("{\"id\":3,\"sub_refresh\":{\"expires\":true,\"ttl\":100}}");
        assertThat(heardUntil(80 + 100 + 24)).isEmpty();
        assertThat(heardUntil(80 + 100 + 26))
                .containsExactly(
                        "{\"push\":{\"channel\":\"$room:a\",\"unsubscribe\":{\"code\":2501,\"reason\":\"subscription expired\"}}}");
        assertThat(ann.isOpen()).isTrue();
        assertThat(ann.subscriptionNames()).containsExactly("user:ann", "broadcast");
        assertThat(says(new Command.SubRefresh(4, "$room:a", "longer")).get(0)).contains("\"code\":103");
    }

    @Test
    void whoLeavesAChannelIsNotToldThatItsTokenExpired() {
        judge.says("token", by("ann", "$room:a", "", NOW + 60));
        says(subscribe(2, "$room:a"), new Command.Unsubscribe(3, "$room:a"));

        assertThat(heardUntil(200)).isEmpty();
    }

    @Test
    void anotherPolicyEndsWhatClientsSubscribedToWithoutAToken() {
        judge.says("token", by("ann", "room:b", "", 0));
        says(new Command.Subscribe(2, "room:a", null), subscribe(3, "room:b"));
        Namespaces stricter = new Namespaces(List.of(
                new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true),
                new Namespace("room", SubscribeRule.TOKEN, PublishRule.SERVER, false),
                new Namespace(Namespace.BROADCAST, SubscribeRule.ANYONE, PublishRule.SERVER, true)));

        fixture.apply(judge, LIMITS, stricter);
        assertThat(heard())
                .containsExactly(
                        "{\"push\":{\"channel\":\"room:a\",\"unsubscribe\":{\"code\":2000,\"reason\":\"server unsubscribe\"}}}");
        assertThat(ann.subscriptionNames()).containsExactly("user:ann", "room:b", "broadcast");
        assertThat(says(new Command.Subscribe(4, "room:a", null)).get(0)).contains("\"code\":103");
    }

    @Test
    void aSubscriptionOnItsWayWhenThePolicyChangesEndsToo() {
        fixture.confirms = false;
        fixture.toRouter();
        says(new Command.Subscribe(2, "room:a", null));
        Namespaces stricter = new Namespaces(List.of(
                new Namespace("room", SubscribeRule.TOKEN, PublishRule.SERVER, false),
                new Namespace(Namespace.BROADCAST, SubscribeRule.ANYONE, PublishRule.SERVER, true)));

        fixture.apply(judge, LIMITS, stricter);
        fixture.confirm(fixture.asked("room:a"));
        assertThat(heard())
                .containsExactly(
                        "{\"id\":2,\"subscribe\":{}}",
                        "{\"push\":{\"channel\":\"room:a\",\"unsubscribe\":{\"code\":2000,\"reason\":\"server unsubscribe\"}}}");
    }

    @Test
    void whoBringsOneBadTokenAfterTheOtherIsClosedToComeAgainLater() {
        judge.says("token", new SubscriptionVerdict.Invalid("signature"));
        for (int id = 2; id < 12; id++) {
            says(subscribe(id, "$room:a"));
        }
        assertThat(ann.isOpen()).isTrue();
        says(subscribe(12, "$room:a"));
        assertThat(transport(ann).closeCodes).containsExactly(CloseCode.TOO_MANY_REQUESTS.code());
    }

    @Test
    void aGoodTokenForgivesTheBadOnesBeforeIt() {
        judge.says("bad", new SubscriptionVerdict.Expired());
        judge.says("token", by("ann", "$room:a", "", 0));
        for (int id = 2; id < 20; id++) {
            if (id == 10) {
                says(subscribe(id, "$room:a"));
            }
            says(new Command.Subscribe(id, "$room:b", "bad"));
        }
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void oneConnectionHasFourTokensVerifiedElsewhereAtATime() {
        fixture.apply(judge, Limits.DEFAULTS, Namespaces.DEFAULTS);
        assertThat(says(
                        subscribe(2, "$room:a"),
                        subscribe(3, "$room:b"),
                        subscribe(4, "$room:c"),
                        subscribe(5, "$room:d"),
                        subscribe(6, "$room:e")))
                .singleElement()
                .asString()
                .startsWith("{\"id\":6,\"error\":{\"code\":111");
    }

    @Test
    void whatWaitsForATokenIsBoundedInBytes() {
        Payload large = Payload.ofValidated(("\"" + "x".repeat(60_000) + "\"").getBytes(UTF_8));
        says(subscribe(2, "$room:a"));
        for (int id = 3; id < 7; id++) {
            assertThat(says(new Command.Publish(id, "$room:a", large))).isEmpty();
        }
        assertThat(says(new Command.Publish(7, "$room:a", large)))
                .singleElement()
                .asString()
                .startsWith("{\"id\":7,\"error\":{\"code\":111");
        judge.says("token", by("ann", "$room:a", "", 0));
        assertThat(heard()).hasSize(5);
        assertThat(ann.pending).isNull();
    }

    @Test
    void aRefreshUnderWayIsNoFurtherChannel() {
        judge.says("token", by("ann", "$room:a", "", NOW + 60));
        says(subscribe(2, "$room:a"), new Command.SubRefresh(3, "$room:a", "slow"));

        assertThat(says(new Command.Subscribe(4, "room:b", null), new Command.Subscribe(5, "room:c", null)))
                .containsExactly("{\"id\":4,\"subscribe\":{}}", "{\"id\":5,\"subscribe\":{}}");
    }

    @Test
    void aSubscriptionThatATokenKeepsUpOutlivesAStricterPolicy() {
        judge.says("token", by("ann", "room:a", "", NOW + 60));
        says(new Command.Subscribe(2, "room:a", null), new Command.SubRefresh(3, "room:a", "token"));
        Namespaces stricter = new Namespaces(List.of(
                new Namespace("room", SubscribeRule.TOKEN, PublishRule.SERVER, false),
                new Namespace(Namespace.BROADCAST, SubscribeRule.ANYONE, PublishRule.SERVER, true)));

        fixture.apply(judge, LIMITS, stricter);
        assertThat(ann.subscriptionNames()).contains("room:a");
    }
}
