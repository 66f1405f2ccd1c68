package dev.millipede.auth;

import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A key bound to the one algorithm it may verify: an RSA key cannot be taken for a secret. Immutable.
 *
 * @param id what a token's {@code kid} is compared with; null for keys out of the configuration
 * @param material a secret, or a public key as PEM
 */
record SignatureKey(Algorithm algorithm, @Nullable String id, String material) {
    /** The keys a secret stands for: it signs with any HMAC. */
    static List<SignatureKey> ofSecret(String secret) {
        return Stream.of(Algorithm.HS256, Algorithm.HS384, Algorithm.HS512)
                .map(algorithm -> new SignatureKey(algorithm, null, secret))
                .toList();
    }

    /**
     * The keys a public key stands for, one for each of its algorithms.
     *
     * @throws UnusableKeyException where tokens cannot be signed with its kind
     */
    static List<SignatureKey> ofPublic(PublicKey key, @Nullable String id) throws UnusableKeyException {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        return KeyKind.of(key).algorithms().stream()
                .map(algorithm -> new SignatureKey(algorithm, id, pem))
                .toList();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "SignatureKey[" + algorithm.jwa() + ']';
    }
}
