package dev.millipede.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelTest {
    private static final Namespaces WITH_NAMELESS =
            new Namespaces(List.of(Namespace.named(""), Namespace.named("room")));

    private static Channel channel(String name, Namespaces namespaces) {
        return Objects.requireNonNull(Channel.of(name, namespaces));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "room:a", "!~", "room:a:b", ":", "{\"}\\"})
    void aNameIsPrintableAsciiWithoutSpace(String name) {
        assertThat(Channel.isValid(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "room: a", "a\n", "a\r", "a\0", "\t", "a\u007f", "é", "room:\ud83d\ude00"})
    void nothingElseIsAName(String name) {
        assertThat(Channel.isValid(name)).isFalse();
    }

    @Test
    void aNameHas255BytesAtTheMost() {
        assertThat(Channel.isValid("x".repeat(255))).isTrue();
        assertThat(Channel.isValid("x".repeat(256))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"room:a, room", "room:, room", "room:a:b, room", "user:42, user", "broadcast, broadcast"})
    void theNamespaceIsWhatStandsBeforeTheFirstColon(String name, String namespace) {
        Channel channel = channel(name, Namespaces.DEFAULTS);

        assertThat(channel.name()).isEqualTo(name);
        assertThat(channel.namespace()).isEqualTo(Namespaces.DEFAULTS.find(namespace));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lobby", "other:a", "Room:a", ":a", "broadcast:a", "broadcasts"})
    void aNameOfNoConfiguredNamespaceIsNoChannel(String name) {
        assertThat(Channel.of(name, Namespaces.DEFAULTS)).isNull();
    }

    @Test
    void namesWithoutANamespaceAreChannelsWhereTheEmptyOneIsConfigured() {
        assertThat(channel("lobby", WITH_NAMELESS).namespace().name()).isEmpty();
        assertThat(Channel.of("broadcast", WITH_NAMELESS)).isNull();
    }

    @Test
    void anInvalidNameIsTheCallersMistake() {
        assertThatThrownBy(() -> Channel.of("a b", Namespaces.DEFAULTS)).isInstanceOf(AssertionError.class);
    }

    @Test
    void thePersonalChannelOfAUserIsHersAlone() {
        Namespace user = Objects.requireNonNull(Namespaces.DEFAULTS.find("user"));
        Channel personal = Channel.personal(user, "42");

        assertThat(personal).isEqualTo(channel("user:42", Namespaces.DEFAULTS)).hasToString("user:42");
        assertThat(personal.isPersonalOf("42")).isTrue();
        assertThat(personal.isPersonalOf("4")).isFalse();
        assertThat(personal.isPersonalOf("2")).isFalse();
        assertThat(personal.isPersonalOf("142")).isFalse();
        assertThat(personal.isPersonalOf("43")).isFalse();
        assertThat(personal.isPersonalOf("")).isFalse();
        assertThat(Channel.personal(user, "").isPersonalOf("")).isFalse();
        assertThat(Channel.personal(user, "a:b").isPersonalOf("a:b")).isTrue();
    }

    @Test
    void aChannelWithoutANamespaceIsNobodysByPartOfItsName() {
        assertThat(channel("xann", WITH_NAMELESS).isPersonalOf("ann")).isFalse();
        assertThat(channel("ann", WITH_NAMELESS).isPersonalOf("ann")).isTrue();
    }

    @Test
    void broadcastIsExactlyThatName() {
        assertThat(channel("broadcast", Namespaces.DEFAULTS).isBroadcast()).isTrue();
        assertThat(channel("room:broadcast", Namespaces.DEFAULTS).isBroadcast()).isFalse();
    }

    @Test
    void channelsAreEqualByName() {
        Channel one = channel("room:a", Namespaces.DEFAULTS);

        assertThat(one)
                .isEqualTo(channel("room:a", WITH_NAMELESS))
                .hasSameHashCodeAs(channel("room:a", WITH_NAMELESS))
                .isNotEqualTo(channel("room:b", Namespaces.DEFAULTS))
                .isNotEqualTo("room:a")
                .isNotEqualTo(null);
    }
}
