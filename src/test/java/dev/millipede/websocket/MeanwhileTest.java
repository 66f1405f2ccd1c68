package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.SubscriptionVerdict;
import dev.millipede.backplane.Revocation;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A revocation or another policy comes while something that it forbids is on its way. */
class MeanwhileTest {
    private static final Limits LIMITS = new Limits(4, 2, 0, 0, 0, 0, 0, Duration.ofSeconds(1), 0);
    private static final Namespace USER = new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true);
    private static final Namespace BROADCAST =
            new Namespace(Namespace.BROADCAST, SubscribeRule.ANYONE, PublishRule.SERVER, true);

    private final InstanceFixture fixture = new InstanceFixture();
    private final ScriptedJudge judge = new ScriptedJudge();
    private final Connection ann = fixture.accept();

    private void says(Command command) {
        fixture.instance.commands.accept(ann, command);
        fixture.loop.settle();
    }

    private void annIsConnected() {
        fixture.apply(judge, LIMITS, Namespaces.DEFAULTS);
        judge.says("ann", ScriptedJudge.of("ann"));
        says(new Command.Connect(1, "ann"));
        fixture.toRouter();
    }

    @Test
    void aTokenRevokedWhileItsUserIsCountedLetsNobodyIn() {
        Promise<Void> counted = Promise.promise();
        fixture.countsWaitFor = counted;
        annIsConnected();

        fixture.instance.revoked(Set.of(Revocation.ofId("id of ann")));
        fixture.loop.settle();
        counted.complete();
        fixture.loop.settle();
        assertThat(transport(ann).closeCodes).containsExactly(CloseCode.INVALID_TOKEN.code());
    }

    @Test
    void whatAnotherPolicyForbidsIsNotSubscribedToThoughItWasOnItsWay() {
        annIsConnected();
        fixture.confirms = false;
        says(new Command.Subscribe(2, "room:a", null));
        Interest asked = fixture.asked("room:a");

        fixture.apply(
                judge,
                LIMITS,
                new Namespaces(List.of(
                        USER, new Namespace("room", SubscribeRule.TOKEN, PublishRule.SERVER, false), BROADCAST)));
        fixture.loop.settle();
        fixture.confirm(asked);
        fixture.loop.settle();
        assertThat(ann.subscriptionNames()).containsExactly("user:ann", "broadcast");
    }

    @Test
    void aTokenOpensNoChannelOfANamespaceThatWentWhileItWasVerified() {
        annIsConnected();
        says(new Command.Subscribe(2, "$room:a", "slow"));

        fixture.apply(judge, LIMITS, new Namespaces(List.of(USER, BROADCAST)));
        fixture.loop.settle();
        judge.says("slow", new SubscriptionVerdict.Valid("ann", "$room:a", "", 0, null, null));
        fixture.loop.settle();
        assertThat(ann.subscriptionNames()).containsExactly("user:ann", "broadcast");
    }
}
