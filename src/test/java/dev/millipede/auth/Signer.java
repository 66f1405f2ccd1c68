package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens with the JDK alone, so that the library is not asked about itself. */
final class Signer {
    final Algorithm algorithm;
    final String secret;
    private final KeyPair pair;

    private Signer(Algorithm algorithm, KeyPair pair, String secret) {
        this.algorithm = algorithm;
        this.pair = pair;
        this.secret = secret;
    }

    /** With a new key. */
    static Signer of(Algorithm algorithm) {
        try {
            return new Signer(algorithm, pair(algorithm), UUID.randomUUID().toString());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The same key and secret, another algorithm. */
    Signer as(Algorithm other) {
        return new Signer(other, pair, secret);
    }

    private static KeyPair pair(Algorithm algorithm) throws GeneralSecurityException {
        return switch (algorithm) {
            case ES256 -> curve("secp256r1");
            case ES384 -> curve("secp384r1");
            case ES512 -> curve("secp521r1");
            case EDDSA -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            default -> rsa(2048);
        };
    }

    static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static KeyPair curve(String name) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(name));
        return generator.generateKeyPair();
    }

    String token(String claims) {
        return token("{\"alg\":\"" + algorithm.jwa() + "\"}", claims);
    }

    String token(String header, String claims) {
        String input = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
        return input + "." + base64(signature(input.getBytes(UTF_8)));
    }

    private byte[] signature(byte[] input) {
        try {
            if (algorithm.family() == Algorithm.Family.SECRET) {
                return hmac("HmacSHA" + algorithm.name().substring(2), secret.getBytes(UTF_8), input);
            }
            Signature signature = Signature.getInstance(
                    switch (algorithm) {
                        case ES256 -> "SHA256withECDSAinP1363Format";
                        case ES384 -> "SHA384withECDSAinP1363Format";
                        case ES512 -> "SHA512withECDSAinP1363Format";
                        case EDDSA -> "Ed25519";
                        default -> "SHA" + algorithm.name().substring(2) + "withRSA";
                    });
            signature.initSign(pair.getPrivate());
            signature.update(input);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] hmac(String algorithm, byte[] key, byte[] input) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key, algorithm));
        return mac.doFinal(input);
    }

    /** The public key, DER. */
    byte[] der() {
        return pair.getPublic().getEncoded();
    }

    String publicPem() {
        return pem("PUBLIC KEY", pair.getPublic());
    }

    Path publicFile(Path folder) {
        return write(folder, publicPem());
    }

    Path privateFile(Path folder) {
        return write(folder, pem("PRIVATE KEY", pair.getPrivate()));
    }

    static String pem(String kind, Key key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
    }

    static Path write(Path folder, String text) {
        try {
            return Files.writeString(folder.resolve(UUID.randomUUID() + ".pem"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The public key as an issuer publishes it. */
    JsonObject jwk(String kid) {
        JsonObject jwk = new JsonObject().put("kid", kid).put("alg", algorithm.jwa());
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            return jwk.put("kty", "RSA")
                    .put("n", number(rsa.getModulus(), 256))
                    .put("e", base64(rsa.getPublicExponent().toByteArray()));
        }
        if (pair.getPublic() instanceof ECPublicKey ec) {
            int size = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
            return jwk.put("kty", "EC")
                    .put("crv", "P-" + ec.getParams().getCurve().getField().getFieldSize())
                    .put("x", number(ec.getW().getAffineX(), size))
                    .put("y", number(ec.getW().getAffineY(), size));
        }
        byte[] der = der();
        return jwk.put("kty", "OKP")
                .put("crv", "Ed25519")
                .put("x", base64(Arrays.copyOfRange(der, der.length - 32, der.length)));
    }

    private static String number(BigInteger number, int size) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[size];
        int length = Math.min(size, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, size - length, length);
        return base64(fixed);
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
