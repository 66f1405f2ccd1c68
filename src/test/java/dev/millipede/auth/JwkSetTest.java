package dev.millipede.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwkSetTest {
    private static final Signer RSA = Signer.of(Algorithm.RS256);
    private static final Signer EC = Signer.of(Algorithm.ES256);
    private static final Signer ED = Signer.of(Algorithm.EDDSA);

    private static JwkSet of(JsonObject... jwks) {
        JsonArray keys = new JsonArray();
        for (JsonObject jwk : jwks) {
            keys.add(jwk);
        }
        return of(new JsonObject().put("keys", keys).encode());
    }

    private static JwkSet of(String body) {
        try {
            return JwkSet.of(Buffer.buffer(body));
        } catch (UnusableKeyException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<Algorithm> known(JwkSet set) {
        Set<Algorithm> known = new TreeSet<>();
        for (Algorithm algorithm : Algorithm.values()) {
            if (set.ring().knows(algorithm)) {
                known.add(algorithm);
            }
        }
        return known;
    }

    @ParameterizedTest
    @EnumSource(names = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EDDSA"})
    void aKeyIsBoundToTheAlgorithmItSays(Algorithm algorithm) {
        JwkSet set = of(Signer.of(algorithm).jwk("k").put("use", "sig").put("key_ops", new JsonArray().add("verify")));

        assertThat(known(set)).containsExactly(algorithm);
        assertThat(set.skipped()).isZero();
        assertThat(set.ring().candidates(algorithm, "k")).hasSize(1);
        assertThat(set.ring().candidates(algorithm, "K")).isEmpty();
    }

    @Test
    void anRsaKeyThatSaysNoAlgorithmIsGoodForItsOwn() {
        JsonObject jwk = RSA.jwk("k");
        jwk.remove("alg");

        assertThat(known(of(jwk))).containsExactly(Algorithm.RS256, Algorithm.RS384, Algorithm.RS512);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rsa | use     | enc
            rsa | alg     | HS256
            rsa | alg     | PS256
            rsa | alg     | RSA-OAEP
            rsa | alg     | none
            rsa | alg     | ES256
            rsa | n       | AQAB
            rsa | n       | ***
            rsa | kty     | oct
            rsa | kty     | EC
            ec  | alg     | ES384
            ec  | crv     | P-384
            ec  | crv     | secp256k1
            ec  | x       | ***
            ec  | kty     | OKP
            ed  | crv     | Ed448
            ed  | crv     | X25519
            ed  | x       | AQAB
            ed  | kty     | none
            """)
    void aKeyThatContradictsItselfIsSkippedAndTheOthersCount(String kind, String field, String value) {
        Signer signer = kind.equals("rsa") ? RSA : kind.equals("ec") ? EC : ED;
        JwkSet set = of(
                signer.jwk("bad").put(field, value), Signer.of(Algorithm.ES512).jwk("good"));

        assertThat(known(set)).containsExactly(Algorithm.ES512);
        assertThat(set.skipped()).isEqualTo(1);
    }

    @Test
    void secretsAndWhatIsNoKeyAreSkippedAndCounted() {
        JwkSet set = of("""
                {"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0", "alg": "HS256"}, {"kty": "oct", "k": "c2VjcmV0"}, 7, null, [],
                          {}, {"kty": 7}]}
                """);

        assertThat(set.ring().isEmpty()).isTrue();
        assertThat(set.skipped()).isEqualTo(7);
    }

    @Test
    void aKeyForOtherOperationsAndOneWithALongIdAreSkipped() {
        JwkSet set = of(EC.jwk("k").put("key_ops", new JsonArray().add("sign")), EC.jwk("k".repeat(257)));

        assertThat(set.skipped()).isEqualTo(2);
    }

    @Test
    void ofTwoKeysWithOneIdTheFirstCounts() {
        KeyRing ring = of(EC.jwk("k"), Signer.of(Algorithm.ES256).jwk("k")).ring();

        assertThat(ring.candidates(Algorithm.ES256, "k"))
                .isEqualTo(of(EC.jwk("k")).ring().candidates(Algorithm.ES256, "k"));
    }

    @Test
    void aTokenWithoutIdIsTriedWithTheFirstFourKeys() {
        JsonObject[] jwks = new JsonObject[KeyRing.MAX_TRIES + 1];
        for (int i = 0; i < jwks.length; i++) {
            jwks[i] = Signer.of(Algorithm.ES256).jwk("k" + i);
        }

        KeyRing four = of(jwks[0], jwks[1], jwks[2], jwks[3]).ring();
        assertThat(four.candidates(Algorithm.ES256, null)).hasSize(4);
        assertThat(four.leavesOut(Algorithm.ES256, null)).isFalse();
        KeyRing five = of(jwks).ring();
        assertThat(five.candidates(Algorithm.ES256, null)).isEqualTo(four.candidates(Algorithm.ES256, null));
        assertThat(five.leavesOut(Algorithm.ES256, null)).isTrue();
        assertThat(five.candidates(Algorithm.ES256, "k4")).hasSize(1);
        assertThat(five.leavesOut(Algorithm.ES256, "k4")).isFalse();
        assertThat(five.leavesOut(Algorithm.RS256, null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "[]", "{}", "{\"keys\":null}", "{\"keys\":{}}", "{\"keys\":7}", "7"})
    void whatIsNoSetIsRefused(String body) {
        assertThatThrownBy(() -> JwkSet.of(Buffer.buffer(body))).isInstanceOf(UnusableKeyException.class);
    }

    @Test
    void sixtyFourKeysAreTheMost() {
        JsonArray keys = new JsonArray();
        for (int i = 0; i < JwkSet.MAX_KEYS; i++) {
            keys.add(EC.jwk("k" + i));
        }
        assertThat(of(new JsonObject().put("keys", keys).encode()).ring().size())
                .isEqualTo(64);

        keys.add(EC.jwk("more"));
        String body = new JsonObject().put("keys", keys).encode();
        assertThatThrownBy(() -> JwkSet.of(Buffer.buffer(body))).isInstanceOf(UnusableKeyException.class);
    }
}
