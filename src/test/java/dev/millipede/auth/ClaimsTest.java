package dev.millipede.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Payload;
import dev.millipede.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What genuine claims amount to. */
class ClaimsTest {
    private static final long NOW = 1_800_000_000L;
    private static final Signer SIGNER = Signer.of(Algorithm.HS256);
    private static Vertx vertx;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        Verdicts.await(vertx.close());
    }

    private static Authenticator with(String section) {
        JsonObject config = new JsonObject(section.replace('\'', '"')).put("hmacSecret", SIGNER.secret);
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(NOW));
        return new Authentication(vertx, Verdicts.config(config), clock, new Metrics(List.of(), 0)).authenticator();
    }

    private static Authenticator lenient() {
        return with("{'requireExpiry': false}");
    }

    private static TokenVerdict verdict(String claims) {
        return Verdicts.of(lenient(), SIGNER.token(claims.replace('\'', '"')));
    }

    private static TokenVerdict.Valid valid(String claims) {
        return (TokenVerdict.Valid) verdict(claims);
    }

    private static SubscriptionVerdict subscription(Authenticator authenticator, String claims) {
        return Verdicts.await(authenticator.authorize(SIGNER.token(claims.replace('\'', '"'))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'exp': 1800000060}                            | 1800000060
            {'exp': 1800000060, 'expire_at': 1800000090}   | 1800000090
            {'exp': 1800000060, 'expire_at': 1800000030.9} | 1800000030
            {'exp': 1800000060, 'expire_at': 0}            | 0
            {'exp': 1800000060, 'expire_at': -1}           | 0
            {'exp': 1800000060, 'expire_at': null}         | 1800000060
            {'expire_at': 1800000090}                      | 1800000090
            """)
    void expireAtIsWhenTheConnectionEndsWhateverExpSays(String claims, long expiresAt) {
        assertThat(valid(claims).identity().expiresAt()).isEqualTo(expiresAt);
    }

    @Test
    void aTokenSaysItsIdAndWhenItWasMade() {
        TokenVerdict.Valid valid = valid("{'jti': 'a-1', 'iat': 1799999999.5}");

        assertThat(valid.tokenId()).isEqualTo("a-1");
        assertThat(valid.issuedAt()).isEqualTo(1_799_999_999L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'jti': 7}                       | token id
            {'iat': '1800000000'}            | malformed
            {'expire_at': 'never'}           | times
            {'b64info': 7}                   | info
            {'b64info': '***'}               | info
            {'b64info': 'bm90IGpzb24='}      | info
            {'channels': 'room:1'}           | channels
            {'channels': ['room:1', 7]}      | channels
            {'channels': ['two words']}      | channels
            {'channels': ['']}               | channels
            {'subs': ['room:1']}             | channels
            {'subs': {'two words': {}}}      | channels
            {'subs': {'room:1': 7}}          | channels
            {'subs': {'room:1': {'b64data': '***'}}} | channels
            """)
    void claimsOfTheWrongShapeAreInvalidForAReason(String claims, String reason) {
        assertThat(Verdicts.word(verdict(claims))).isEqualTo(reason);
    }

    @Test
    void anIdIsBounded() {
        assertThat(Verdicts.word(verdict("{'jti': '" + "a".repeat(256) + "'}"))).isEqualTo("valid");
        assertThat(Verdicts.word(verdict("{'jti': '" + "a".repeat(257) + "'}"))).isEqualTo("token id");
    }

    @Test
    void base64InfoStandsInWhereThereIsNone() {
        assertThat(valid("{'b64info': 'eyJhIjogMX0='}").identity().info()).hasToString("{\"a\":1}");
        assertThat(valid("{'info': {'b': 2}, 'b64info': 'eyJhIjogMX0='}")
                        .identity()
                        .info())
                .hasToString("{\"b\":2}");
    }

    @Test
    void channelsAreThoseOfBothClaimsAndSubsWin() {
        List<TokenChannel> channels = valid(
                        "{'channels': ['room:1', 'room:2', 'room:1'], 'subs': {'room:2': {'info': {'a': 1}, 'data': [2],"
                                + " 'override': {}}, 'room:3': null, 'room:4': {'b64data': 'WzNd'}}}")
                .channels();

        assertThat(channels).map(TokenChannel::name).containsExactly("room:1", "room:2", "room:3", "room:4");
        assertThat(channels.get(0).info()).isNull();
        assertThat(channels.get(1).info()).hasToString("{\"a\":1}");
        assertThat(channels.get(1).data()).hasToString("[2]");
        assertThat(channels.get(3).data()).hasToString("[3]");
    }

    @Test
    void sixtyFourChannelsAreTheMost() {
        JsonArray names = new JsonArray();
        for (int i = 0; i < Claims.MAX_CHANNELS; i++) {
            names.add("room:" + i);
        }
        assertThat(valid(new JsonObject().put("channels", names).encode()).channels())
                .hasSize(64);
        names.add("room:more");
        assertThat(Verdicts.word(verdict(new JsonObject().put("channels", names).encode())))
                .isEqualTo("channels");
    }

    @Test
    void equalInfosAreOnePayload() {
        Authenticator authenticator = lenient();
        Payload first = info(authenticator, "{\"sub\":\"a\",\"info\":{\"role\":\"guest\"}}");

        assertThat(info(authenticator, "{\"sub\":\"b\",\"info\": {\"role\" : \"guest\"}}"))
                .isSameAs(first);
        for (int i = 0; i < SharedPayloads.SIZE; i++) {
            info(authenticator, "{\"info\":" + i + "}");
        }
        assertThat(info(authenticator, "{\"sub\":\"c\",\"info\":{\"role\":\"guest\"}}"))
                .as("forgotten behind newer ones")
                .isNotSameAs(first);
    }

    private static Payload info(Authenticator authenticator, String claims) {
        Payload info = ((TokenVerdict.Valid) Verdicts.of(authenticator, SIGNER.token(claims)))
                .identity()
                .info();
        if (info == null) {
            throw new AssertionError("no info");
        }
        return info;
    }

    @ParameterizedTest
    @ValueSource(strings = {"users", "tokens"})
    void whereTokensCanBeRevokedNoneOutlivesItsRevocation(String what) {
        Authenticator authenticator = with("{'revocation': {'" + what + "': true, 'ttl': '1h'}}");

        assertThat(life(authenticator, NOW, NOW + 3600)).isEqualTo("valid");
        assertThat(life(authenticator, NOW, NOW + 3601)).isEqualTo("lives too long");
        assertThat(life(authenticator, NOW - 3600, NOW + 1))
                .as("nearly over, and revoked when it was young")
                .isEqualTo("lives too long");
        assertThat(life(authenticator, NOW + 9_000, NOW + 9_001))
                .as("made in the future")
                .isEqualTo("lives too long");
        assertThat(Verdicts.word(authenticator, SIGNER.token("{\"iat\":" + NOW + ",\"exp\":1e300}")))
                .isEqualTo("lives too long");
        assertThat(Verdicts.word(authenticator, SIGNER.token("{\"exp\":" + (NOW + 60) + "}")))
                .isEqualTo("no issue time");
    }

    private static String life(Authenticator authenticator, long from, long to) {
        return Verdicts.word(authenticator, SIGNER.token("{\"iat\":" + from + ",\"exp\":" + to + "}"));
    }

    @Test
    void aSubscriptionTokenSaysWhoMaySubscribeToWhat() {
        SubscriptionVerdict verdict = subscription(
                with("{}"),
                "{'sub': '42', 'channel': '$private:1', 'client': 'c', 'exp': 1800000060, 'info': {'a': 1}, 'data': 2}");

        SubscriptionVerdict.Valid valid = (SubscriptionVerdict.Valid) verdict;
        assertThat(valid.user()).isEqualTo("42");
        assertThat(valid.channel()).isEqualTo("$private:1");
        assertThat(valid.client()).isEqualTo("c");
        assertThat(valid.expiresAt()).isEqualTo(NOW + 60);
        assertThat(valid.info()).hasToString("{\"a\":1}");
        assertThat(valid.data()).hasToString("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'sub': '42', 'exp': 1800000060}                              | Invalid[reason=channel]
            {'channel': 'two words', 'exp': 1800000060}                   | Invalid[reason=channel]
            {'channel': 'room:1'}                                         | Invalid[reason=no expiry]
            {'channel': 'room:1', 'exp': 1800000000}                      | Expired[]
            {'channel': 'room:1', 'exp': 1800000060, 'nbf': 1800000060}   | Expired[]
            {'channel': 'room:1', 'exp': 1800000060, 'client': 7}         | Invalid[reason=client]
            {'channel': 'room:1', 'exp': 1800000060, 'sub': 7}            | Invalid[reason=user]
            """)
    void aSubscriptionTokenThatGrantsNothingSaysWhy(String claims, String verdict) {
        assertThat(subscription(with("{}"), claims)).hasToString(verdict);
    }

    @Test
    void aSubscriptionTokenOfAnotherSecretIsInvalid() {
        String token = Signer.of(Algorithm.HS256).token("{\"channel\":\"room:1\",\"exp\":1800000060}");

        assertThat(Verdicts.await(with("{}").authorize(token))).isEqualTo(new SubscriptionVerdict.Invalid("signature"));
    }
}
