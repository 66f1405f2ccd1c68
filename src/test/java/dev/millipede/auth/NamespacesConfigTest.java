package dev.millipede.auth;

import static dev.millipede.channel.PublishRule.ANYONE;
import static dev.millipede.channel.PublishRule.AUTHENTICATED;
import static dev.millipede.channel.PublishRule.SERVER;
import static dev.millipede.channel.PublishRule.SUBSCRIBER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.support.SectionReading;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamespacesConfigTest {
    private static Namespaces read(String json) {
        SectionReading<Namespaces> reading = SectionReading.of(NamespacesConfig::read, json);
        assertThat(reading.problems()).isEmpty();
        return reading.config();
    }

    @Test
    void anEmptySectionIsTheDefaults() {
        assertThat(read("{}")).isEqualTo(Namespaces.DEFAULTS);
        assertThat(read("{}").find("")).isNull();
    }

    @Test
    void anEntryOverlaysItsDefaultsKeyByKey() {
        Namespaces namespaces =
                read("{\"user\": {\"publish\": \"authenticated\"}, \"room\": {\"subscribe\": \"anyone\"}}");

        assertThat(namespaces.all())
                .containsExactlyInAnyOrder(
                        new Namespace("user", SubscribeRule.SELF, AUTHENTICATED, true),
                        new Namespace("room", SubscribeRule.ANYONE, SUBSCRIBER, false),
                        new Namespace("broadcast", SubscribeRule.ANYONE, SERVER, true));
    }

    @Test
    void aNewNamespaceBeginsWithSubscribeAuthenticatedAndPublishServer() {
        assertThat(read("{\"news\": {}}").find("news"))
                .isEqualTo(new Namespace("news", SubscribeRule.AUTHENTICATED, SERVER, false));
        assertThat(read("{\"inbox\": {\"subscribe\": \"self\", \"automatic\": true}}")
                        .find("inbox"))
                .isEqualTo(new Namespace("inbox", SubscribeRule.SELF, SERVER, true));
    }

    @Test
    void theEmptyKeyStandsForNamesWithoutANamespace() {
        assertThat(read("{\"\": {\"publish\": \"anyone\"}}").find(""))
                .isEqualTo(new Namespace("", SubscribeRule.AUTHENTICATED, ANYONE, false));
    }

    @Test
    void variablesReachTheDefaultNamespacesAndThoseOfTheFile() {
        SectionReading<Namespaces> reading = SectionReading.of(
                root -> NamespacesConfig.read(root.section("namespaces")),
                "{\"namespaces\": {\"my-news\": {}}}",
                Map.of(
                        "MILLIPEDE_NAMESPACES_ROOM_PUBLISH", "server",
                        "MILLIPEDE_NAMESPACES_MY-NEWS_SUBSCRIBE", "anyone",
                        "MILLIPEDE_NAMESPACES__SUBSCRIBE", "anyone",
                        "MILLIPEDE_NAMESPACES_OTHER_SUBSCRIBE", "anyone"));

        assertThat(reading.problems()).containsExactly("MILLIPEDE_NAMESPACES_OTHER_SUBSCRIBE: unknown variable");
        assertThat(reading.config().all())
                .contains(
                        new Namespace("room", SubscribeRule.AUTHENTICATED, SERVER, false),
                        new Namespace("my-news", SubscribeRule.ANYONE, SERVER, false),
                        new Namespace("", SubscribeRule.ANYONE, SERVER, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": {}}                                      | a: not a namespace
            {"a b": {}}                                    | a b: not a namespace
            {"a:b": {}}                                    | a:b: not a namespace
            {"room": {"subscribe": "everyone"}}            | room.subscribe: must be one of anyone, authenticated, self
            {"room": {"publish": "self"}}                  | room.publish: must be one of anyone, authenticated, subscriber
            {"room": {"subcribe": "anyone"}}               | room.subcribe: unknown key, did you mean "subscribe"?
            {"room": {"automatic": true}}                  | room.automatic: needs a named namespace
            {"user": {"subscribe": "anyone"}}              | user.automatic: needs a named namespace
            {"": {"subscribe": "self", "automatic": true}} | "".automatic: needs a named namespace
            {"room": "open"}                               | room: must be an object
            """)
    void whatCannotBeUsedIsAProblem(String json, String problem) {
        assertThat(SectionReading.of(NamespacesConfig::read, json).problems())
                .singleElement()
                .asString()
                .startsWith(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"room\": {\"subscribe\": \"self\", \"automatic\": true}}",
                "{\"user\": {\"subscribe\": \"anyone\", \"automatic\": false}}",
                "{\"broadcast\": {\"subscribe\": \"authenticated\"}}",
                "{\"broadcast\": {\"automatic\": false}}",
                "{\"a.b\": {}, \"A_-9\": {}}"
            })
    void theseAreAllowed(String json) {
        assertThat(SectionReading.of(NamespacesConfig::read, json).problems()).isEmpty();
    }
}
