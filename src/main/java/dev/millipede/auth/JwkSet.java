package dev.millipede.auth;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A JSON Web Key Set (RFC 7517 §5) as an issuer publishes it. Keys that are not for signatures, are secrets or contradict
 * themselves are skipped.
 *
 * @param skipped how many were
 */
record JwkSet(KeyRing ring, int skipped) {
    static final int MAX_KEYS = 64;

    private static final int MAX_ID_LENGTH = 256;

    /** What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 §4). */
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** @throws UnusableKeyException where it is no set, or one of too many keys */
    static JwkSet of(Buffer body) throws UnusableKeyException {
        JsonArray found;
        try {
            found = new JsonObject(body).getJsonArray("keys");
        } catch (RuntimeException e) {
            throw new UnusableKeyException("the answer is no JSON Web Key Set");
        }
        if (found == null) {
            throw new UnusableKeyException("the answer is no JSON Web Key Set");
        }
        if (found.size() > MAX_KEYS) {
            throw new UnusableKeyException("the answer has more than " + MAX_KEYS + " keys");
        }
        List<SignatureKey> keys = new ArrayList<>();
        int skipped = 0;
        for (int i = 0; i < found.size(); i++) {
            try {
                keys.addAll(keys(found.getJsonObject(i)));
            } catch (UnusableKeyException | GeneralSecurityException | RuntimeException e) {
                skipped++;
            }
        }
        return new JwkSet(new KeyRing(keys), skipped);
    }

    private static List<SignatureKey> keys(JsonObject jwk) throws UnusableKeyException, GeneralSecurityException {
        JsonArray operations = jwk.getJsonArray("key_ops");
        if (!"sig".equals(jwk.getString("use", "sig")) || (operations != null && !operations.contains("verify"))) {
            throw new UnusableKeyException("not for signatures");
        }
        String id = jwk.getString("kid");
        if (id != null && id.length() > MAX_ID_LENGTH) {
            throw new UnusableKeyException("kid too long");
        }
        String algorithm = jwk.getString("alg");
        List<SignatureKey> keys = SignatureKey.ofPublic(publicKey(jwk), id).stream()
                .filter(key -> algorithm == null || key.algorithm().jwa().equals(algorithm))
                .toList();
        if (keys.isEmpty()) {
            throw new UnusableKeyException("alg is not one of this key");
        }
        return keys;
    }

    private static PublicKey publicKey(JsonObject jwk) throws UnusableKeyException, GeneralSecurityException {
        return switch (jwk.getString("kty", "")) {
            case "RSA" ->
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e")));
            case "EC" -> ofCurve(jwk, curve(jwk));
            case "OKP" -> ofEd25519(jwk);
            default -> throw new UnusableKeyException("kty");
        };
    }

    private static KeyKind curve(JsonObject jwk) throws UnusableKeyException {
        return switch (jwk.getString("crv", "")) {
            case "P-256" -> KeyKind.P256;
            case "P-384" -> KeyKind.P384;
            case "P-521" -> KeyKind.P521;
            default -> throw new UnusableKeyException("crv");
        };
    }

    private static PublicKey ofCurve(JsonObject jwk, KeyKind kind) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(new ECPoint(number(jwk, "x"), number(jwk, "y")), kind.curve()));
    }

    private static PublicKey ofEd25519(JsonObject jwk) throws UnusableKeyException, GeneralSecurityException {
        byte[] point = Base64.getUrlDecoder().decode(jwk.getString("x"));
        if (!"Ed25519".equals(jwk.getString("crv")) || point.length != 32) {
            throw new UnusableKeyException("crv");
        }
        byte[] encoded = Buffer.buffer(ED25519_PREFIX).appendBytes(point).getBytes();
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }

    private static BigInteger number(JsonObject jwk, String name) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(jwk.getString(name)));
    }
}
