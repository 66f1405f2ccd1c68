package dev.millipede.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.SubscribeRule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PermissionsTest {
    private final Permissions permissions = new Permissions(false);

    @ParameterizedTest
    @CsvSource(textBlock = """
            # rule,        user, channel, decision
            ANYONE,        '',   ns:1,    ALLOWED
            ANYONE,        42,   ns:1,    ALLOWED
            AUTHENTICATED, '',   ns:1,    DENIED
            AUTHENTICATED, 42,   ns:1,    ALLOWED
            SELF,          '',   ns:1,    DENIED
            SELF,          '',   ns:,     DENIED
            SELF,          42,   ns:42,   ALLOWED
            SELF,          42,   ns:4,    DENIED
            SELF,          42,   ns:421,  DENIED
            SELF,          4,    ns:42,   DENIED
            SELF,          a:b,  ns:a:b,  ALLOWED
            SELF,          b,    ns:a:b,  DENIED
            SELF,          Ann,  ns:ann,  DENIED
            """)
    void whoMaySubscribe(SubscribeRule rule, String user, String channel, Decision decision) {
        assertThat(permissions.maySubscribe(user(user), channel(channel, rule, PublishRule.SERVER)))
                .isEqualTo(decision);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # rule,        user, subscribed, decision
            ANYONE,        '',   false,      ALLOWED
            ANYONE,        42,   true,       ALLOWED
            AUTHENTICATED, '',   true,       DENIED
            AUTHENTICATED, '',   false,      DENIED
            AUTHENTICATED, 42,   false,      ALLOWED
            SUBSCRIBER,    '',   false,      DENIED
            SUBSCRIBER,    '',   true,       ALLOWED
            SUBSCRIBER,    42,   false,      DENIED
            SUBSCRIBER,    42,   true,       ALLOWED
            SERVER,        '',   true,       DENIED
            SERVER,        42,   true,       DENIED
            SERVER,        42,   false,      DENIED
            """)
    void whoMayPublishAndByTheSameWordsWhoMayReadHistory(
            PublishRule rule, String user, boolean subscribed, Decision decision) {
        assertThat(permissions.mayPublish(user(user), channel("ns:42", SubscribeRule.SELF, rule), subscribed))
                .isEqualTo(decision);
        assertThat(permissions.mayReadHistory(user(user), readableBy(rule), subscribed))
                .isEqualTo(decision);
    }

    private static Channel readableBy(PublishRule rule) {
        HistoryRules rules = new HistoryRules(1, Duration.ofMinutes(1), Duration.ofHours(1), rule, RecoveryMode.STREAM);
        Namespace namespace = new Namespace("ns", SubscribeRule.SELF, PublishRule.ANYONE, false, rules);
        return Objects.requireNonNull(Channel.of("ns:42", new Namespaces(List.of(namespace))));
    }

    @ParameterizedTest
    @EnumSource(SubscribeRule.class)
    void insecureMeansEverybodyMaySubscribe(SubscribeRule rule) {
        assertThat(new Permissions(true).maySubscribe(user(""), channel("ns:1", rule, PublishRule.SERVER)))
                .isEqualTo(Decision.ALLOWED);
    }

    @ParameterizedTest
    @EnumSource(PublishRule.class)
    void insecureMeansEverybodyMayPublishAndReadHistory(PublishRule rule) {
        assertThat(new Permissions(true).mayPublish(user(""), channel("ns:1", SubscribeRule.SELF, rule), false))
                .isEqualTo(Decision.ALLOWED);
        assertThat(new Permissions(true).mayReadHistory(user(""), readableBy(rule), false))
                .isEqualTo(Decision.ALLOWED);
    }

    @Test
    void theDefaultsKeepUsersApartAndBroadcastForBackends() {
        assertThat(permissions.maySubscribe(user("42"), channel("user:42"))).isEqualTo(Decision.ALLOWED);
        assertThat(permissions.maySubscribe(user("42"), channel("user:43"))).isEqualTo(Decision.DENIED);
        assertThat(permissions.mayPublish(user("42"), channel("user:42"), true)).isEqualTo(Decision.DENIED);
        assertThat(permissions.maySubscribe(user(""), channel("room:lobby"))).isEqualTo(Decision.DENIED);
        assertThat(permissions.mayPublish(user("42"), channel("broadcast"), true))
                .isEqualTo(Decision.DENIED);
    }

    private static Identity user(String user) {
        return new Identity(user, null, 0);
    }

    private static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));
    }

    private static Channel channel(String name, SubscribeRule subscribe, PublishRule publish) {
        Namespaces namespaces = new Namespaces(List.of(new Namespace("ns", subscribe, publish, false)));
        return Objects.requireNonNull(Channel.of(name, namespaces));
    }
}
