package dev.millipede.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads key files: PEM (RFC 7468), one key in each. What stands before and after the key is skipped. */
final class PemKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    /** No key file is longer, in bytes. */
    private static final long MAX_LENGTH = 64 * 1024;

    private static final List<String> KINDS = List.of("RSA", "EC", "Ed25519");

    private PemKey() {}

    /** The public key of a file, or that of the certificate in it. Blocks. */
    static PublicKey publicKey(String path) throws UnusableKeyException {
        Matcher block = block(path);
        byte[] der = der(block);
        PublicKey key = switch (block.group(1)) {
            case "PUBLIC KEY" -> first(factory -> factory.generatePublic(new X509EncodedKeySpec(der)));
            case "CERTIFICATE" -> ofCertificate(der);
            default -> throw new UnusableKeyException("must hold a PUBLIC KEY or a CERTIFICATE in PEM");
        };
        if (key == null) {
            throw new UnusableKeyException("must be an RSA, P-256, P-384, P-521 or Ed25519 key");
        }
        return key;
    }

    /** The private key of a file. Blocks. */
    static PrivateKey privateKey(String path) throws UnusableKeyException {
        Matcher block = block(path);
        if (!block.group(1).equals("PRIVATE KEY")) {
            throw new UnusableKeyException(
                    "must hold a PRIVATE KEY in PEM; openssl pkcs8 -topk8 -nocrypt makes one of other forms");
        }
        byte[] der = der(block);
        PrivateKey key = first(factory -> factory.generatePrivate(new PKCS8EncodedKeySpec(der)));
        if (key == null) {
            throw new UnusableKeyException("must be an RSA, P-256, P-384, P-521 or Ed25519 key");
        }
        return key;
    }

    private static Matcher block(String path) throws UnusableKeyException {
        String text;
        try {
            Path file = Path.of(path);
            if (Files.size(file) > MAX_LENGTH) {
                throw new UnusableKeyException("is no key file, it is too long");
            }
            text = Files.readString(file);
        } catch (IOException | RuntimeException e) {
            throw new UnusableKeyException("cannot be read");
        }
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw new UnusableKeyException("must hold a key in PEM");
        }
        return block;
    }

    private static byte[] der(Matcher block) throws UnusableKeyException {
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new UnusableKeyException("must hold a key in PEM");
        }
    }

    private static @Nullable PublicKey ofCertificate(byte[] der) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private interface Reading<K> {
        K from(KeyFactory factory) throws GeneralSecurityException;
    }

    /** Which factory takes it says of what kind it is. */
    private static <K> @Nullable K first(Reading<K> reading) {
        for (String kind : KINDS) {
            K key = read(kind, reading);
            if (key != null) {
                return key;
            }
        }
        return null;
    }

    private static <K> @Nullable K read(String kind, Reading<K> reading) {
        try {
            return reading.from(KeyFactory.getInstance(kind));
        } catch (GeneralSecurityException e) {
            return null;
        }
    }
}
