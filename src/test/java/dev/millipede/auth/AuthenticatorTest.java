package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.auth.TokenVerdict.Expired;
import dev.millipede.auth.TokenVerdict.Invalid;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.channel.Payload;
import dev.millipede.metrics.Metrics;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are signed here with the JDK alone, so that the library is not asked about itself. */
class AuthenticatorTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final long NOW = 1_800_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(NOW, 999_999_999));

    private final Metrics metrics = new Metrics(List.of(), 0);
    private final Authenticator authenticator = Authenticators.of(SECRET, false, CLOCK, metrics);

    @Test
    void aGenuineTokenNamesItsUserInfoAndEnd() {
        TokenVerdict verdict = verify("{\"sub\":\"42\",\"exp\":1800000060,\"info\":{\"name\": \"Ann\"}}");

        Identity identity = ((Valid) verdict).identity();
        assertThat(identity.user()).isEqualTo("42");
        assertThat(identity.expiresAt()).isEqualTo(1_800_000_060L);
        assertThat(identity.info()).hasToString("{\"name\":\"Ann\"}");
        assertThat(identity.isAnonymous()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"sub\":\"\"}", "{\"sub\":null}", "{\"info\":null}", "{\"aud\":[\"x\"],\"meta\":{}}"})
    void aTokenWithoutAUserIsAnonymousAndOneWithoutExpLastsForEver(String claims) {
        assertThat(verify(claims)).isEqualTo(valid(Identity.ANONYMOUS));
    }

    @ParameterizedTest
    @CsvSource({
        "{\"exp\":1800000001}, 1800000001",
        "{\"exp\":1800000001.9}, 1800000001",
        "{\"exp\":1e300}, 9223372036854775807",
        "{\"exp\":99999999999999999999}, 9223372036854775807",
        "{\"nbf\":1800000000}, 0",
    })
    void timesInForceAreWholeSeconds(String claims, long expiresAt) {
        assertThat(verify(claims)).isEqualTo(valid(new Identity("", null, expiresAt)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"exp\":1800000000}",
                "{\"exp\":1799999999}",
                "{\"exp\":1800000000.5}",
                "{\"exp\":0}",
                "{\"exp\":-5}",
                "{\"exp\":-1e300}",
                "{\"nbf\":1800000001}",
                "{\"nbf\":1800000001,\"exp\":1800000060}",
                "{\"sub\":\"42\",\"exp\":1}",
            })
    void aTokenNoLongerOrNotYetInForceIsExpired(String claims) {
        assertThat(verify(claims)).isEqualTo(new Expired());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sub\":42}",
                "{\"sub\":[\"42\"]}",
                "{\"sub\":\"a b\"}",
                "{\"sub\":\"a\\nb\"}",
                "{\"sub\":\"J\u00fcrgen\"}",
                "{\"sub\":\"\\u0000\"}",
                "{\"exp\":\"1900000000\"}",
                "{\"exp\":true}",
                "{\"nbf\":\"1\"}",
                "{\"nbf\":{}}",
                "{\"channel\":\"room:1\"}",
                "{\"channel\":\"\",\"exp\":1}",
                "{\"sub\":\"42\",\"channel\":null}",
                "[]",
                "\"x\"",
                "not json",
                "",
                "{\"sub\":\"42\"",
            })
    void claimsOfTheWrongShapeAreInvalid(String claims) {
        assertThat(verify(claims)).isInstanceOf(Invalid.class);
    }

    @Test
    void aUserIsAsLongAsAChannelNameAllows() {
        assertThat(verify("{\"sub\":\"" + "a".repeat(250) + "\"}")).isInstanceOf(Valid.class);
        assertThat(verify("{\"sub\":\"" + "a".repeat(251) + "\"}")).isEqualTo(new Invalid("user"));
    }

    @Test
    void infoIsAnyJsonUpToItsBound() {
        assertThat(info("\"x\"")).hasToString("\"x\"");
        assertThat(info("[ 1, true, null, 12345678901234567890123 ]"))
                .hasToString("[1,true,null,12345678901234567890123]");
        assertThat(info("false")).hasToString("false");
        assertThat(info("\"a\\nb\\u00fc\"")).hasToString("\"a\\nb\u00fc\"");
        String longest = "\"" + "a".repeat(Claims.MAX_INFO_LENGTH - 2) + "\"";
        assertThat(info(longest)).hasToString(longest);
        assertThat(verify("{\"info\":\"" + "a".repeat(Claims.MAX_INFO_LENGTH - 1) + "\"}"))
                .isEqualTo(new Invalid("info"));
    }

    @Test
    void tokensBeyondTheirBoundAreNotRead() {
        String token = sign("{\"alg\":\"HS256\"}", "{\"x\":\"" + "a".repeat(6_000) + "\"}", SECRET, "HmacSHA256");
        assertThat(token).hasSizeLessThanOrEqualTo(TokenHeader.MAX_TOKEN_LENGTH);
        assertThat(identify(token)).isInstanceOf(Valid.class);

        String longer = sign("{\"alg\":\"HS256\"}", "{\"x\":\"" + "a".repeat(6_200) + "\"}", SECRET, "HmacSHA256");
        assertThat(longer).hasSizeGreaterThan(TokenHeader.MAX_TOKEN_LENGTH);
        assertThat(identify(longer)).isEqualTo(new Invalid("too long"));
    }

    @Test
    void onlyAlgorithmsOfTheSecretAreAccepted() {
        String claims = "{\"sub\":\"42\"}";
        for (String alg : new String[] {"RS256", "ES256", "EdDSA", "PS256", "ES256K", "hs256", "HS256 ", ""}) {
            String header = "{\"alg\":\"" + alg + "\"}";
            assertThat(identify(sign(header, claims, SECRET, "HmacSHA256")))
                    .as(alg)
                    .isIn(new Invalid("algorithm"), new Invalid("signature"));
        }
        assertThat(identify(sign("{\"alg\":\"HS384\"}", claims, SECRET, "HmacSHA384")))
                .isInstanceOf(Valid.class);
        assertThat(identify(sign("{\"alg\":\"HS512\"}", claims, SECRET, "HmacSHA512")))
                .isInstanceOf(Valid.class);
    }

    @Test
    void unsignedTokensAreInvalid() {
        String claims = base64("{\"sub\":\"42\"}");
        for (String alg : new String[] {"none", "None", "NONE", "HS256"}) {
            String unsigned = base64("{\"alg\":\"" + alg + "\"}") + "." + claims;
            for (String token :
                    new String[] {unsigned, unsigned + ".", unsigned + ".AAAA", unsigned + "..", unsigned + "=."}) {
                assertThat(identify(token)).as(token).isInstanceOf(Invalid.class);
            }
        }
        String noneButSigned = sign("{\"alg\":\"none\"}", "{\"sub\":\"42\"}", SECRET, "HmacSHA256");
        assertThat(identify(noneButSigned)).isInstanceOf(Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"alg\":null}",
                "{\"alg\":1}",
                "[]",
                "x",
                "",
            })
    void badHeadersAreInvalid(String header) {
        assertThat(identify(sign(header, "{\"sub\":\"42\"}", SECRET, "HmacSHA256")))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void anEmbeddedKeyIsNotTrustedAndAKeyIdIsIgnored() {
        String embedded =
                "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"" + base64("other") + "\"},\"x5c\":[\"AAAA\"]}";
        assertThat(identify(sign(embedded, "{}", "other", "HmacSHA256"))).isEqualTo(new Invalid("signature"));
        assertThat(identify(sign("{\"alg\":\"HS256\",\"kid\":\"k1\"}", "{}", SECRET, "HmacSHA256")))
                .isInstanceOf(Valid.class);
    }

    @Test
    void aTokenOfAnotherSecretIsInvalid() {
        assertThat(identify(sign("{\"alg\":\"HS256\"}", "{\"sub\":\"42\"}", SECRET + "x", "HmacSHA256")))
                .isEqualTo(new Invalid("signature"));
    }

    @Test
    void everyChangedCharacterMakesATokenInvalid() {
        String token = sign("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"sub\":\"42\"}", SECRET, "HmacSHA256");
        // The two lowest bits of the last character are padding (RFC 4648 §3.5): not part of the signature.
        for (int i = 0; i < token.length() - 1; i++) {
            StringBuilder changed = new StringBuilder(token);
            changed.setCharAt(i, token.charAt(i) == 'A' ? 'B' : 'A');
            assertThat(identify(changed.toString())).as("at %d", i).isInstanceOf(Invalid.class);
        }
        for (int end = 1; end < token.length(); end++) {
            assertThat(identify(token.substring(0, end))).as("cut at %d", end).isInstanceOf(Invalid.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {".", "..", "...", "a.b.c", "a.b.c.d", " ", "\n", "e30.e30.e30", "\u00e9.\u00e9.\u00e9", "....."})
    void whatIsNoTokenIsInvalid(String token) {
        assertThat(identify(token)).isInstanceOf(Invalid.class);
    }

    @Test
    void moreDotsAfterTheSignatureAreNotIgnored() {
        String token = sign("{\"alg\":\"HS256\"}", "{}", SECRET, "HmacSHA256");

        assertThat(identify(token)).isInstanceOf(Valid.class);
        assertThat(identify(token + ".")).isEqualTo(new Invalid("malformed"));
    }

    @Test
    void deepNestingIsInvalidOrHarmless() {
        String bomb = "{\"a\":".repeat(1_000);
        assertThat(identify(base64(bomb) + ".e30.AAAA")).isEqualTo(new Invalid("malformed"));
        assertThat(verify(bomb)).isEqualTo(new Invalid("malformed"));
        String deep = "[".repeat(900) + "]".repeat(900);
        assertThat(info(deep)).hasToString(deep);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomTextIsInvalidAndNeverThrows(long seed) {
        Random random = new Random(seed);
        String alphabet = "eyJhbGciOiJIUzI1NiJ9.=-_ {}\"";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder token = new StringBuilder(i % 2 == 0 ? "eyJhbGciOiJIUzI1NiJ9." : "");
            for (int length = 1 + random.nextInt(60); length > 0; length--) {
                token.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(identify(token.toString())).isInstanceOf(Invalid.class);
        }
    }

    @Test
    void anInvalidVerdictSaysNothingOfTheToken() {
        assertThat(verify("{\"sub\":\"two words\"}").toString()).doesNotContain("two words");
    }

    @Test
    void thereIsNoMintWithoutASecret() {
        assertThatThrownBy(() -> new TokenMint("", CLOCK)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mintedTokensVerifyUntilTheyExpire() {
        TokenMint mint = new TokenMint(SECRET, CLOCK);
        Payload info = Payload.ofValidated("{\"name\":\"Ann\"}".getBytes(UTF_8));

        Identity ann = ((Valid) identify(mint.mint("ann", 60, info))).identity();
        assertThat(ann.user()).isEqualTo("ann");
        assertThat(ann.expiresAt()).isEqualTo(NOW + 60);
        assertThat(ann.info()).hasToString("{\"name\":\"Ann\"}");
        assertThat(((Valid) identify(mint.mint("", 0, null))).identity()).isEqualTo(Identity.ANONYMOUS);
        assertThat(((Valid) identify(mint.mint("", 0, null))).issuedAt()).isEqualTo(NOW);

        Authenticator later =
                Authenticators.of(SECRET, false, InstantSource.fixed(Instant.ofEpochSecond(NOW + 60)), metrics);
        assertThat(later.identify(mint.mint("ann", 61, null)).result()).isInstanceOf(Valid.class);
        assertThat(later.identify(mint.mint("ann", 60, null)).result()).isEqualTo(new Expired());
    }

    @Test
    void whoBringsNoTokenIsAnonymousWhereThatIsAllowed() {
        assertThat(authenticator.identify(null).result()).isEqualTo(valid(Identity.ANONYMOUS));
        assertThat(authenticator.identify("").result()).isEqualTo(valid(Identity.ANONYMOUS));
        assertThat(Authenticators.none().identify(null).result()).isEqualTo(new Invalid("missing"));
        assertThat(Authenticators.none().identify("a.b.c").result()).isEqualTo(new Invalid("no key"));
    }

    @Test
    void verdictsAreCounted() {
        verify("{\"sub\":\"42\"}");
        verify("{\"exp\":1}");
        verify("{\"sub\":7}");

        assertThat(metrics.scrape())
                .contains("millipede_tokens_total{result=\"valid\"} 1.0")
                .contains("millipede_tokens_total{result=\"expired\"} 1.0")
                .contains("millipede_tokens_total{result=\"user\"} 1.0")
                .contains("millipede_tokens_total{result=\"other\"} 0.0");
    }

    private TokenVerdict identify(String token) {
        return authenticator.identify(token).result();
    }

    private static TokenVerdict valid(Identity identity) {
        return new Valid(identity, List.of(), "", 0);
    }

    private TokenVerdict verify(String claims) {
        return identify(sign("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, SECRET, "HmacSHA256"));
    }

    private Payload info(String json) {
        Payload info = ((Valid) verify("{\"info\":" + json + "}")).identity().info();
        if (info == null) {
            throw new AssertionError("no info");
        }
        return info;
    }

    private static String sign(String header, String claims, String secret, String algorithm) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
            String input = base64(header) + "." + base64(claims);
            return input + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(input.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
