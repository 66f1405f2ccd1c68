package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.auth.TokenVerdict.Expired;
import dev.millipede.auth.TokenVerdict.Invalid;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.channel.Payload;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are signed here with the JDK alone, so that the library is not asked about itself. */
class TokenVerifierTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final long NOW = 1_800_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(NOW, 999_999_999));

    private final TokenVerifier verifier = new TokenVerifier(SECRET, CLOCK);

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
        assertThat(verify(claims)).isEqualTo(new Valid(Identity.ANONYMOUS));
    }

    @ParameterizedTest
    @CsvSource({
        "{\"exp\":1800000001}, 1800000001",
        "{\"exp\":1800000001.9}, 1800000001",
        "{\"exp\":1e300}, 9223372036854775807",
        "{\"exp\":99999999999999999999}, 9223372036854775807",
        "{\"nbf\":1800000000}, 0",
        "{\"iat\":1900000000}, 0",
    })
    void timesInForceAreWholeSeconds(String claims, long expiresAt) {
        assertThat(verify(claims)).isEqualTo(new Valid(new Identity("", null, expiresAt)));
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
        String longest = "\"" + "a".repeat(TokenVerifier.MAX_INFO_LENGTH - 2) + "\"";
        assertThat(info(longest)).hasToString(longest);
        assertThat(verify("{\"info\":\"" + "a".repeat(TokenVerifier.MAX_INFO_LENGTH - 1) + "\"}"))
                .isEqualTo(new Invalid("info"));
    }

    @Test
    void tokensBeyondTheirBoundAreNotRead() {
        String token = sign("{\"alg\":\"HS256\"}", "{\"x\":\"" + "a".repeat(6_000) + "\"}", SECRET, "HmacSHA256");
        assertThat(token).hasSizeLessThanOrEqualTo(TokenVerifier.MAX_TOKEN_LENGTH);
        assertThat(verifier.verify(token)).isInstanceOf(Valid.class);

        String longer = sign("{\"alg\":\"HS256\"}", "{\"x\":\"" + "a".repeat(6_200) + "\"}", SECRET, "HmacSHA256");
        assertThat(longer).hasSizeGreaterThan(TokenVerifier.MAX_TOKEN_LENGTH);
        assertThat(verifier.verify(longer)).isEqualTo(new Invalid("too long"));
    }

    @Test
    void onlyHs256IsAccepted() {
        String claims = "{\"sub\":\"42\"}";
        for (String alg : new String[] {"HS384", "HS512", "RS256", "ES256", "hs256", "HS256 ", ""}) {
            String header = "{\"alg\":\"" + alg + "\"}";
            assertThat(verifier.verify(sign(header, claims, SECRET, "HmacSHA256")))
                    .as(alg)
                    .isEqualTo(new Invalid("algorithm"));
        }
        assertThat(verifier.verify(sign("{\"alg\":\"HS384\"}", claims, SECRET, "HmacSHA384")))
                .isEqualTo(new Invalid("algorithm"));
        assertThat(verifier.verify(sign("{\"alg\":\"HS512\"}", claims, SECRET, "HmacSHA512")))
                .isEqualTo(new Invalid("algorithm"));
    }

    @Test
    void unsignedTokensAreInvalid() {
        String claims = base64("{\"sub\":\"42\"}");
        for (String alg : new String[] {"none", "None", "NONE", "HS256"}) {
            String unsigned = base64("{\"alg\":\"" + alg + "\"}") + "." + claims;
            for (String token :
                    new String[] {unsigned, unsigned + ".", unsigned + ".AAAA", unsigned + "..", unsigned + "=."}) {
                assertThat(verifier.verify(token)).as(token).isInstanceOf(Invalid.class);
            }
        }
        String noneButSigned = sign("{\"alg\":\"none\"}", "{\"sub\":\"42\"}", SECRET, "HmacSHA256");
        assertThat(verifier.verify(noneButSigned)).isInstanceOf(Invalid.class);
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
        assertThat(verifier.verify(sign(header, "{\"sub\":\"42\"}", SECRET, "HmacSHA256")))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void anEmbeddedKeyIsNotTrustedAndAKeyIdIsIgnored() {
        String embedded =
                "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"" + base64("other") + "\"},\"x5c\":[\"AAAA\"]}";
        assertThat(verifier.verify(sign(embedded, "{}", "other", "HmacSHA256"))).isEqualTo(new Invalid("signature"));
        assertThat(verifier.verify(sign("{\"alg\":\"HS256\",\"kid\":\"k1\"}", "{}", SECRET, "HmacSHA256")))
                .isInstanceOf(Valid.class);
    }

    @Test
    void aTokenOfAnotherSecretIsInvalid() {
        assertThat(verifier.verify(sign("{\"alg\":\"HS256\"}", "{\"sub\":\"42\"}", SECRET + "x", "HmacSHA256")))
                .isEqualTo(new Invalid("signature"));
    }

    @Test
    void everyChangedCharacterMakesATokenInvalid() {
        String token = sign("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"sub\":\"42\"}", SECRET, "HmacSHA256");
        // The two lowest bits of the last character are padding (RFC 4648 §3.5): not part of the signature.
        for (int i = 0; i < token.length() - 1; i++) {
            StringBuilder changed = new StringBuilder(token);
            changed.setCharAt(i, token.charAt(i) == 'A' ? 'B' : 'A');
            assertThat(verifier.verify(changed.toString())).as("at %d", i).isInstanceOf(Invalid.class);
        }
        for (int end = 0; end < token.length(); end++) {
            assertThat(verifier.verify(token.substring(0, end)))
                    .as("cut at %d", end)
                    .isInstanceOf(Invalid.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {".", "..", "...", "a.b.c", "a.b.c.d", " ", "\n", "e30.e30.e30", "\u00e9.\u00e9.\u00e9", "....."})
    void whatIsNoTokenIsInvalid(String token) {
        assertThat(verifier.verify(token)).isInstanceOf(Invalid.class);
    }

    @Test
    void moreDotsAfterTheSignatureAreNotIgnored() {
        String token = sign("{\"alg\":\"HS256\"}", "{}", SECRET, "HmacSHA256");

        assertThat(verifier.verify(token)).isInstanceOf(Valid.class);
        assertThat(verifier.verify(token + ".")).isEqualTo(new Invalid("malformed"));
    }

    @Test
    void deepNestingIsInvalidOrHarmless() {
        String bomb = "{\"a\":".repeat(1_000);
        assertThat(verifier.verify(base64(bomb) + ".e30.AAAA")).isEqualTo(new Invalid("malformed"));
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
            for (int length = random.nextInt(60); length > 0; length--) {
                token.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(verifier.verify(token.toString())).isInstanceOf(Invalid.class);
        }
    }

    @Test
    void anInvalidVerdictSaysNothingOfTheToken() {
        assertThat(verify("{\"sub\":\"two words\"}").toString()).doesNotContain("two words");
    }

    @Test
    void thereIsNoVerifierAndNoMintWithoutASecret() {
        assertThatThrownBy(() -> new TokenVerifier("", CLOCK)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TokenMint("", CLOCK)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mintedTokensVerifyUntilTheyExpire() {
        TokenMint mint = new TokenMint(SECRET, CLOCK);
        Payload info = Payload.ofValidated("{\"name\":\"Ann\"}".getBytes(UTF_8));

        Identity ann = ((Valid) verifier.verify(mint.mint("ann", 60, info))).identity();
        assertThat(ann.user()).isEqualTo("ann");
        assertThat(ann.expiresAt()).isEqualTo(NOW + 60);
        assertThat(ann.info()).hasToString("{\"name\":\"Ann\"}");
        assertThat(verifier.verify(mint.mint("", 0, null))).isEqualTo(new Valid(Identity.ANONYMOUS));

        TokenVerifier later = new TokenVerifier(SECRET, InstantSource.fixed(Instant.ofEpochSecond(NOW + 60)));
        assertThat(later.verify(mint.mint("ann", 61, null))).isInstanceOf(Valid.class);
        assertThat(later.verify(mint.mint("ann", 60, null))).isEqualTo(new Expired());
        assertThat(later.verify(mint.mint("ann", 0, null))).isEqualTo(new Valid(new Identity("ann", null, 0)));
    }

    private TokenVerdict verify(String claims) {
        return verifier.verify(sign("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, SECRET, "HmacSHA256"));
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
