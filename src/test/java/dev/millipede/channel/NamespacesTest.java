package dev.millipede.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamespacesTest {
    @Test
    void theDefaultsAreUserRoomAndBroadcast() {
        assertThat(Namespaces.DEFAULTS.all())
                .containsExactly(
                        new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true),
                        new Namespace("room", SubscribeRule.AUTHENTICATED, PublishRule.SUBSCRIBER, false),
                        new Namespace("broadcast", SubscribeRule.ANYONE, PublishRule.SERVER, true));
    }

    @Test
    void aNamespaceIsFoundByItsExactName() {
        assertThat(Namespaces.DEFAULTS.find("room")).isNotNull();
        assertThat(Namespaces.DEFAULTS.find("Room")).isNull();
        assertThat(Namespaces.DEFAULTS.find("")).isNull();
    }

    @Test
    void theSameNamespacesAreEqualInAnyOrder() {
        Namespace one = Namespace.named("one");
        Namespace two = Namespace.named("two");

        assertThat(new Namespaces(List.of(one, two)))
                .isEqualTo(new Namespaces(List.of(two, one)))
                .hasSameHashCodeAs(new Namespaces(List.of(two, one)))
                .isNotEqualTo(new Namespaces(List.of(one)))
                .hasToString(List.of(one, two).toString());
    }
}
