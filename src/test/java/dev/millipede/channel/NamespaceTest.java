package dev.millipede.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespaceTest {
    @ParameterizedTest
    @CsvSource({"'', true", "ab, true", "a-b_C.9, true", "a, false", "'a b', false", "a:b, false", "é9, false"})
    void aNameIsEmptyOrTwoOrMoreLettersDigitsAndMarks(String name, boolean valid) {
        assertThat(Namespace.isName(name)).isEqualTo(valid);
    }

    @Test
    void rulesThatSayNothingAreStrict() {
        assertThat(Namespace.named("game"))
                .isEqualTo(new Namespace("game", SubscribeRule.AUTHENTICATED, PublishRule.SERVER, false));
    }

    @ParameterizedTest
    @CsvSource({
        "broadcast, ANYONE, true",
        "user, SELF, true",
        "user, ANYONE, false",
        "room, AUTHENTICATED, false",
        "'', SELF, false",
    })
    void onlyBroadcastAndWhatIsTheUsersOwnMayBeAutomatic(String name, SubscribeRule rule, boolean may) {
        assertThat(new Namespace(name, rule, PublishRule.SERVER, false).mayBeAutomatic())
                .isEqualTo(may);
    }
}
