package dev.millipede.tls;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a listener serves: the contents of its {@link TlsFiles}, read once and found fit for each other, so that no handshake
 * can see a certificate and the key of another. Immutable.
 */
public final class TlsMaterial {
    private static final Set<String> PROTOCOLS = new LinkedHashSet<>(List.of("TLSv1.3", "TLSv1.2"));

    /** Forward secrecy and authenticated encryption only; who knows TLS 1.2 and none of them is older than browsers of 2014. */
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Buffer certificate;
    private final Buffer key;
    private final @Nullable Buffer clientCa;
    private final X509Certificate leaf;

    private TlsMaterial(Buffer certificate, Buffer key, @Nullable Buffer clientCa, X509Certificate leaf) {
        this.certificate = certificate;
        this.key = key;
        this.clientCa = clientCa;
        this.leaf = leaf;
    }

    /**
     * Reads the files and tries the key against the certificate. Blocks.
     *
     * @throws UnusableTlsException if a file cannot be read or parsed, or they do not fit each other
     */
    public static TlsMaterial load(TlsFiles files, Vertx vertx) throws UnusableTlsException {
        return load(files, vertx, null);
    }

    /** As {@link #load(TlsFiles, Vertx)}; where the files hold what is known already, that, without trying it again. */
    static TlsMaterial load(TlsFiles files, Vertx vertx, @Nullable TlsMaterial known) throws UnusableTlsException {
        Buffer certificate = read(files.certificate());
        Buffer key = read(files.key());
        Buffer clientCa = files.clientCa() == null ? null : read(files.clientCa());
        if (known != null && known.holds(certificate, key, clientCa)) {
            return known;
        }
        X509Certificate leaf = new PairCheck(files, vertx).leaf(certificate, key, clientCa);
        return new TlsMaterial(certificate, key, clientCa, leaf);
    }

    private static Buffer read(String file) throws UnusableTlsException {
        try {
            return Buffer.buffer(Files.readAllBytes(Path.of(file)));
        } catch (NoSuchFileException e) {
            throw new UnusableTlsException(file + " does not exist");
        } catch (IOException e) {
            throw new UnusableTlsException(file + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Forbids what TLS 1.2 allows a client once it is connected: to ask for one handshake after the other. To be called
     * before anything in this process speaks TLS, as the JDK asks only once.
     */
    public static void refuseRenegotiation() {
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    /** Makes a listener serve this, over HTTP/1.1 alone. */
    public void serve(HttpServerOptions options) {
        options.setSsl(true).setUseAlpn(false).setKeyCertOptions(pair());
        into(options.getSslOptions());
    }

    /** What a listener that serves something like this already is to be updated with. */
    public ServerSSLOptions options() {
        ServerSSLOptions options = new ServerSSLOptions();
        into(options);
        return options;
    }

    private void into(ServerSSLOptions options) {
        options.setKeyCertOptions(pair()).setEnabledSecureTransportProtocols(PROTOCOLS);
        SUITES.forEach(options::addEnabledCipherSuite);
        if (clientCa != null) {
            options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(new PemTrustOptions().addCertValue(clientCa));
        }
    }

    private PemKeyCertOptions pair() {
        return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
    }

    /** When the certificate ends. */
    public Instant expiresAt() {
        return leaf.getNotAfter().toInstant();
    }

    /** The certificate in words, for logs. */
    public String describe() {
        return leaf.getSubjectX500Principal().getName() + " until " + expiresAt();
    }

    private boolean holds(Buffer otherCertificate, Buffer otherKey, @Nullable Buffer otherCa) {
        return certificate.equals(otherCertificate) && key.equals(otherKey) && Objects.equals(clientCa, otherCa);
    }
}
