package dev.millipede.tls;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/** Whether a certificate, a key and authorities can be served together: read as Vert.x will, then signed and verified with. */
final class PairCheck {
    /** The algorithms of keys that Vert.x reads, and one of each to try them with. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private static final byte[] PROBE = "one pair".getBytes(StandardCharsets.US_ASCII);

    private final TlsFiles files;
    private final Vertx vertx;

    PairCheck(TlsFiles files, Vertx vertx) {
        this.files = files;
        this.vertx = vertx;
    }

    /** The certificate that is served, of the chain the first one. */
    X509Certificate leaf(Buffer certificate, Buffer key, @Nullable Buffer clientCa) throws UnusableTlsException {
        certificates(files.certificate(), certificate);
        if (clientCa != null) {
            certificates(String.valueOf(files.clientCa()), clientCa);
        }
        return fit(keys(certificate, key));
    }

    private void certificates(String file, Buffer pem) throws UnusableTlsException {
        try {
            new PemTrustOptions().addCertValue(pem).getTrustManagerFactory(vertx);
        } catch (Exception e) {
            throw new UnusableTlsException(file + " holds no certificates in PEM: " + e.getMessage());
        }
    }

    /** Says nothing of what went wrong with a key: it may be in the words. */
    private X509KeyManager keys(Buffer certificate, Buffer key) throws UnusableTlsException {
        try {
            PemKeyCertOptions pair =
                    new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
            for (KeyManager each : pair.getKeyManagerFactory(vertx).getKeyManagers()) {
                if (each instanceof X509KeyManager keys) {
                    return keys;
                }
            }
        } catch (Exception e) {
            throw new UnusableTlsException(files.key() + " holds no private key in PEM for that certificate"
                    + " (PKCS#8 or PKCS#1, RSA or EC, not encrypted)");
        }
        throw new IllegalStateException("every JDK has managers of X.509 keys");
    }

    private X509Certificate fit(X509KeyManager keys) throws UnusableTlsException {
        for (Map.Entry<String, String> algorithm : SIGNATURES.entrySet()) {
            String[] names = keys.getServerAliases(algorithm.getKey(), null);
            if (names != null && names.length > 0) {
                List<X509Certificate> chain = List.of(keys.getCertificateChain(names[0]));
                if (fit(keys.getPrivateKey(names[0]), chain.get(0), algorithm.getValue())) {
                    return chain.get(0);
                }
            }
        }
        throw new UnusableTlsException(files.key() + " is not the key of " + files.certificate());
    }

    private static boolean fit(PrivateKey key, X509Certificate certificate, String algorithm) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
