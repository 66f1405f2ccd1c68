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
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PermissionsTest {
    private final Permissions permissions = new Permissions(false);

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            # rule,        lists, user, channel,        decision
            ANYONE,        false, "",   ns:1,           ALLOWED
            ANYONE,        false, 42,   ns:1,           ALLOWED
            AUTHENTICATED, false, "",   ns:1,           DENIED
            AUTHENTICATED, false, 42,   ns:1,           ALLOWED
            SELF,          false, "",   ns:1,           DENIED
            SELF,          false, "",   ns:,            DENIED
            SELF,          false, 42,   ns:42,          ALLOWED
            SELF,          false, 42,   ns:4,           DENIED
            SELF,          false, 42,   ns:421,         DENIED
            SELF,          false, 4,    ns:42,          DENIED
            SELF,          false, a:b,  ns:a:b,         ALLOWED
            SELF,          false, b,    ns:a:b,         DENIED
            SELF,          false, Ann,  ns:ann,         DENIED
            SELF,          false, ann,  ns:ann%00,      DENIED
            SELF,          false, a#b,  ns:a#b,         ALLOWED
            SELF,          false, b,    ns:a#b,         DENIED
            SELF,          false, 42,   $ns:42,         DENIED
            TOKEN,         false, "",   ns:1,           DENIED
            TOKEN,         false, 42,   ns:42,          DENIED
            ANYONE,        false, 42,   $ns:1,          DENIED
            ANYONE,        true,  42,   $ns:1#42,       DENIED
            ANYONE,        false, 42,   ns:1#42,        DENIED
            ANYONE,        true,  42,   ns:1#42,        ALLOWED
            ANYONE,        true,  42,   ns:1#41,        DENIED
            ANYONE,        true,  "",   ns:1#,          DENIED
            ANYONE,        true,  "",   "ns:1#,",       DENIED
            AUTHENTICATED, true,  ann,  "ns:1#ann,bob", ALLOWED
            AUTHENTICATED, true,  bob,  "ns:1#ann,bob", ALLOWED
            AUTHENTICATED, true,  an,   "ns:1#ann,bob", DENIED
            AUTHENTICATED, true,  nn,   "ns:1#ann,bob", DENIED
            AUTHENTICATED, true,  ann,  ns:1#Ann,       DENIED
            AUTHENTICATED, true,  ann,  ns:1#ann#bob,   DENIED
            AUTHENTICATED, true,  bob,  ns:1#ann#bob,   ALLOWED
            AUTHENTICATED, true,  ann,  "ns:1#*,%",     DENIED
            TOKEN,         true,  ann,  ns:1#ann,       ALLOWED
            """)
    void whoMaySubscribe(SubscribeRule rule, boolean lists, String user, String channel, Decision decision) {
        Channel asked = channel(channel, rule, PublishRule.SERVER, lists);

        assertThat(permissions.decide(user, Action.SUBSCRIBE, asked, Standing.NOTHING))
                .isEqualTo(decision);
        assertThat(permissions.decide(user, Action.SUBSCRIBE, asked, Standing.TOKEN))
                .isEqualTo(Decision.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            # rule,        lists, user, channel,  standing,   decision
            ANYONE,        false, "",   ns:1,     NOTHING,    ALLOWED
            ANYONE,        false, 42,   ns:1,     SUBSCRIBED, ALLOWED
            ANYONE,        false, 42,   $ns:1,    NOTHING,    DENIED
            ANYONE,        false, 42,   $ns:1,    SUBSCRIBED, ALLOWED
            ANYONE,        false, 42,   ns:1#42,  NOTHING,    DENIED
            ANYONE,        true,  42,   ns:1#42,  NOTHING,    ALLOWED
            ANYONE,        true,  41,   ns:1#42,  NOTHING,    DENIED
            ANYONE,        true,  41,   ns:1#42,  SUBSCRIBED, ALLOWED
            AUTHENTICATED, false, "",   ns:1,     SUBSCRIBED, DENIED
            AUTHENTICATED, false, "",   ns:1,     NOTHING,    DENIED
            AUTHENTICATED, false, 42,   ns:1,     NOTHING,    ALLOWED
            AUTHENTICATED, false, 42,   $ns:1,    NOTHING,    DENIED
            AUTHENTICATED, true,  41,   ns:1#42,  NOTHING,    DENIED
            SUBSCRIBER,    false, "",   ns:1,     NOTHING,    DENIED
            SUBSCRIBER,    false, "",   ns:1,     SUBSCRIBED, ALLOWED
            SUBSCRIBER,    false, 42,   ns:1,     NOTHING,    DENIED
            SUBSCRIBER,    false, 42,   ns:1,     SUBSCRIBED, ALLOWED
            SUBSCRIBER,    true,  42,   ns:1#42,  NOTHING,    DENIED
            SERVER,        false, "",   ns:1,     SUBSCRIBED, DENIED
            SERVER,        false, 42,   ns:1,     SUBSCRIBED, DENIED
            SERVER,        false, 42,   ns:1,     NOTHING,    DENIED
            """)
    void whoMayPublishAndByTheSameWordsWhoMayReadHistory(
            PublishRule rule, boolean lists, String user, String channel, Standing standing, Decision decision) {
        Channel asked = channel(channel, SubscribeRule.ANYONE, rule, lists);

        assertThat(permissions.decide(user, Action.PUBLISH, asked, standing)).isEqualTo(decision);
        assertThat(permissions.decide(user, Action.HISTORY, asked, standing)).isEqualTo(decision);
    }

    @Test
    void whoMayWriteMayNotReadWhereTheRulesDiffer() {
        HistoryRules rules = history(PublishRule.SERVER);
        Namespace namespace = new Namespace("ns", SubscribeRule.ANYONE, PublishRule.ANYONE, false, rules);
        Channel channel = Objects.requireNonNull(Channel.of("ns:1", new Namespaces(List.of(namespace))));

        assertThat(permissions.decide("42", Action.PUBLISH, channel, Standing.SUBSCRIBED))
                .isEqualTo(Decision.ALLOWED);
        assertThat(permissions.decide("42", Action.HISTORY, channel, Standing.SUBSCRIBED))
                .isEqualTo(Decision.DENIED);
    }

    @Test
    void noTrickWithANameOpensTheChannelOfAnotherUser() {
        SplittableRandom random = new SplittableRandom(20261122);
        String alphabet = "ab:#$,.*?[]{}%00/\\\"'~!@AB12";
        Namespace self = new Namespace("user", SubscribeRule.SELF, PublishRule.SUBSCRIBER, true);
        Namespaces namespaces = new Namespaces(List.of(self));
        for (int i = 0; i < 100_000; i++) {
            String owner = any(random, alphabet);
            String name = "user:" + any(random, alphabet);
            Channel channel = Objects.requireNonNull(Channel.of(name, namespaces));
            boolean allowed =
                    permissions.decide(owner, Action.SUBSCRIBE, channel, Standing.NOTHING) == Decision.ALLOWED;

            assertThat(allowed).as("%s in %s", owner, name).isEqualTo(name.equals("user:" + owner));
        }
    }

    private static String any(SplittableRandom random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int length = 1 + random.nextInt(3); length > 0; length--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource(SubscribeRule.class)
    void insecureMeansEverybodyMaySubscribe(SubscribeRule rule) {
        Channel channel = channel("$ns:1", rule, PublishRule.SERVER, false);

        assertThat(new Permissions(true).decide("", Action.SUBSCRIBE, channel, Standing.NOTHING))
                .isEqualTo(Decision.ALLOWED);
    }

    @ParameterizedTest
    @EnumSource(PublishRule.class)
    void insecureMeansEverybodyMayPublishAndReadHistory(PublishRule rule) {
        Channel channel = channel("ns:1", SubscribeRule.SELF, rule, false);

        assertThat(new Permissions(true).decide("", Action.PUBLISH, channel, Standing.NOTHING))
                .isEqualTo(Decision.ALLOWED);
        assertThat(new Permissions(true).decide("", Action.HISTORY, channel, Standing.NOTHING))
                .isEqualTo(Decision.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            42, SUBSCRIBE, user:42,    NOTHING,    ALLOWED
            42, SUBSCRIBE, user:43,    NOTHING,    DENIED
            42, PUBLISH,   user:42,    SUBSCRIBED, DENIED
            '', SUBSCRIBE, room:lobby, NOTHING,    DENIED
            42, SUBSCRIBE, $room:1,    NOTHING,    DENIED
            42, SUBSCRIBE, room:1#42,  NOTHING,    DENIED
            42, PUBLISH,   broadcast,  SUBSCRIBED, DENIED
            42, HISTORY,   user:43,    NOTHING,    DENIED
            """)
    void theDefaultsKeepUsersApartAndBroadcastForBackends(
            String user, Action action, String name, Standing standing, Decision decision) {
        Channel channel = Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));

        assertThat(permissions.decide(user, action, channel, standing)).isEqualTo(decision);
    }

    private static HistoryRules history(PublishRule read) {
        return new HistoryRules(1, Duration.ofMinutes(1), Duration.ofHours(1), read, RecoveryMode.STREAM);
    }

    /** Of a namespace {@code ns} whose history is read by the same rule as it is written. */
    private static Channel channel(String name, SubscribeRule subscribe, PublishRule publish, boolean lists) {
        Namespace namespace = new Namespace("ns", subscribe, publish, false, lists, history(publish));
        return Objects.requireNonNull(Channel.of(name, new Namespaces(List.of(namespace))));
    }
}
