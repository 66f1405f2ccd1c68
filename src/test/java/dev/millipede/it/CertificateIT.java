package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.LogLines;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node whose certificate is replaced while it runs, as certbot and Kubernetes do: all files at once, by a link. */
@ExtendWith(LogErrors.class)
class CertificateIT {
    private static final int CONNECTIONS = 500;
    private static final String TAKEN = "millipede_tls_reloads_total{outcome=\"ok\"}";
    private static final String REFUSED = "millipede_tls_reloads_total{outcome=\"failed\"}";
    private static final String LEFT = "millipede_tls_certificate_expires_seconds{listener=\"public\"}";

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private TlsFiles first;

    @SuppressWarnings("NullAway.Init")
    private TlsFiles second;

    @SuppressWarnings("NullAway.Init")
    private NodeFixture node;

    @BeforeEach
    void start() throws IOException {
        first = TlsFiles.in(Files.createDirectory(directory.resolve("first")));
        second = TlsFiles.in(Files.createDirectory(directory.resolve("second")));
        show("first");
        node = NodeFixture.start(config("current", "100ms"));
    }

    private String config(String folder, String checkEvery) {
        Path files = directory.resolve(folder);
        JsonObject tls = new JsonObject()
                .put("certificate", files.resolve("certificate.pem").toString())
                .put("key", files.resolve("key.pem").toString())
                .put("checkEvery", checkEvery);
        return new JsonObject()
                .put("http", new JsonObject().put("tls", tls))
                .put("websocket", new JsonObject().put("instances", 2).put("pingInterval", "1h"))
                .encode();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** Points the link at another directory, in one step. */
    private void show(String name) throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("next"), directory.resolve(name));
        Files.move(link, directory.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Points the link at a directory with these files. */
    private void show(String certificate, String key) throws IOException {
        Path wrong = Files.createTempDirectory(directory, "wrong");
        Files.writeString(wrong.resolve("certificate.pem"), certificate);
        Files.writeString(wrong.resolve("key.pem"), key);
        show(wrong.getFileName().toString());
    }

    private SSLSocket handshaken(TlsFiles trusted) throws IOException {
        return handshaken(trusted, node.port());
    }

    private static SSLSocket handshaken(TlsFiles trusted, int port) throws IOException {
        SSLSocket socket = (SSLSocket) trusted.trust().getSocketFactory().createSocket("127.0.0.1", port);
        socket.startHandshake();
        return socket;
    }

    private TestClient member(TlsFiles trusted, String user) throws IOException {
        TestClient client = TestClient.over(handshaken(trusted));
        client.write(TestClient.handshake(node.port()));
        client.upgraded();
        return NodeFixture.connect(client, user);
    }

    private Certificate served(TlsFiles trusted) throws IOException {
        try (SSLSocket socket = handshaken(trusted)) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void nobodyIsCutByARenewedCertificateAndWhoComesThenSeesIt() throws IOException {
        List<TestClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(member(first, "early-" + i));
            }
            Certificate before = served(first);
            show("second");
            Eventually.until(() -> node.metric(TAKEN), count -> count == 1);

            assertThat(served(second)).isNotEqualTo(before);
            assertThatThrownBy(() -> served(first)).isInstanceOf(SSLHandshakeException.class);
            clients.add(member(second, "late"));
            node.publish("broadcast", 7);
            for (TestClient client : clients) {
                assertThat(client.publication("broadcast").getInteger("data")).isEqualTo(7);
            }
            assertThat(node.metric("millipede_connections")).isEqualTo(CONNECTIONS + 1);
            assertThat(node.internal().metrics().lines())
                    .filteredOn(line -> line.startsWith("millipede_connections_closed_total"))
                    .isNotEmpty()
                    .allMatch(line -> line.endsWith(" 0.0"));
        } finally {
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void whatCannotBeServedIsSaidOnceAndTheOldCertificateGoesOn() throws IOException {
        String certificate = Files.readString(second.certificate());
        String key = Files.readString(second.key());
        String half = certificate.substring(0, certificate.length() / 2);
        String ended = Files.readString(TlsFiles.ended(Files.createDirectory(directory.resolve("ended")))
                .certificate());
        String endedKey = Files.readString(directory.resolve("ended").resolve("key.pem"));
        try (LogLines log = new LogLines()) {
            refused(1, certificate, Files.readString(first.key()), log, "key.pem is not the key of ");
            refused(2, half, key, log, "certificate.pem holds no certificates in PEM: Missing -----END");
            refused(3, certificate, key.substring(0, 100), log, "key.pem holds no private key in PEM");
            refused(4, certificate + half, key, log, "certificate.pem holds no certificates in PEM: Missing -----END");
            refused(5, "", key, log, "certificate.pem holds no certificates");
            refused(6, ended, endedKey, log, "certificate.pem has ended on ");
            show("nowhere");
            Eventually.until(() -> node.metric(REFUSED), count -> count == 7);
            log.await("certificate.pem does not exist");

            show("second");
            Eventually.until(() -> node.metric(TAKEN), count -> count == 1);
            assertThat(served(second)).isNotNull();
            assertThat(node.metric(REFUSED)).isEqualTo(7);
            assertThat(log.all()).filteredOn(line -> line.startsWith("WARN")).hasSize(7);
            assertThat(String.join("\n", log.all()).toLowerCase(Locale.ROOT))
                    .doesNotContain(
                            key.lines().skip(1).findFirst().orElseThrow().toLowerCase(Locale.ROOT));
        }
    }

    private void refused(int times, String certificate, String key, LogLines log, String reason) throws IOException {
        show(certificate, key);
        Eventually.until(() -> node.metric(REFUSED), count -> count == times);
        assertThat(log.await(reason)).contains("WARN http.tls: not taken, ", " goes on: ");
        assertThat(served(first)).isNotNull();
    }

    @Test
    void whatIsReloadedIsServedAtOnceAndWithoutLooksNothingElseIs() throws IOException {
        assertThat(node.reload(config("current", "0s"))).containsExactly("http.tls.checkEvery");
        show("second");
        assertThat(node.reload(config("current", "0s"))).isEmpty();
        assertThat(served(second)).isNotNull();

        show("first");
        assertThat(node.reload(config("second", "0s"))).containsExactly("http.tls.certificate", "http.tls.key");
        assertThat(served(second)).isNotNull();
        assertThatThrownBy(() -> node.reload(config("nowhere", "0s")))
                .hasRootCauseMessage("http.tls: " + directory.resolve("nowhere/certificate.pem") + " does not exist");
        assertThat(served(second)).isNotNull();
    }

    @Test
    void whereOneOfTwoCertificatesHasEndedAReloadChangesNeither() throws IOException {
        TlsFiles ended = TlsFiles.ended(Files.createDirectory(directory.resolve("ended")));
        try (NodeFixture both = NodeFixture.start(tls(first, first))) {
            assertThatThrownBy(() -> both.reload(tls(second, ended)))
                    .rootCause()
                    .hasMessageContaining("internal.tls: " + ended.certificate() + " has ended on ");
            try (SSLSocket socket = handshaken(first, both.port())) {
                assertThat(socket.getSession().isValid()).isTrue();
            }
        }
    }

    @Test
    void anEndedCertificateThatIsServedAlreadyStandsInNoReloadsWay() throws IOException {
        TlsFiles ended = TlsFiles.ended(Files.createDirectory(directory.resolve("ended")));
        try (NodeFixture both = NodeFixture.start(tls(first, ended))) {
            assertThat(both.reload(tls(second, ended))).containsExactly("http.tls.certificate", "http.tls.key");
            try (SSLSocket socket = handshaken(second, both.port())) {
                assertThat(socket.getSession().isValid()).isTrue();
            }
        }
    }

    /** A configuration whose listeners serve these and are told of changes. */
    private static String tls(TlsFiles clients, TlsFiles backends) {
        return new JsonObject()
                .put("http", new JsonObject().put("tls", section(clients)))
                .put("internal", new JsonObject().put("tls", section(backends)))
                .encode();
    }

    private static JsonObject section(TlsFiles files) {
        return new JsonObject()
                .put("certificate", files.certificate().toString())
                .put("key", files.key().toString())
                .put("checkEvery", "0s");
    }

    @Test
    void theMeterSaysHowLongTheCertificateLasts() {
        assertThat(node.metric(LEFT)).isBetween(2 * 86_400.0 - 60, 2 * 86_400.0);
    }
}
