package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.NodeProcess;
import dev.millipede.support.OpenSsl;
import dev.millipede.support.TlsFiles;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenSSL gets out of a node's public listener; it would do all of it, were it let. */
class OldTlsIT {
    /** Of openssl: also what is forbidden by default. */
    private static final String ANYTHING = "DEFAULT@SECLEVEL=0";

    @SuppressWarnings("NullAway.Init")
    private static NodeProcess node;

    private static int port;

    @BeforeAll
    static void start(@TempDir Path directory) {
        TlsFiles files = TlsFiles.in(directory);
        node = NodeProcess.start(Map.of(
                "MILLIPEDE_HTTP_TLS_CERTIFICATE",
                files.certificate().toString(),
                "MILLIPEDE_HTTP_TLS_KEY",
                files.key().toString(),
                "MILLIPEDE_HTTP_PORT",
                "0",
                "MILLIPEDE_INTERNAL_PORT",
                "0"));
        port = node.port();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void theProtocolsOfTodayAreSpoken() {
        assertThat(OpenSsl.client(port, "", "-tls1_2").text()).contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256");
        assertThat(OpenSsl.client(port, "", "-tls1_3").text()).contains("Cipher is TLS_AES_128_GCM_SHA256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1", "-tls1_1"})
    void olderProtocolsAreRefused(String protocol) {
        OpenSsl.Run run = OpenSsl.client(port, "", protocol, "-cipher", ANYTHING);

        assertThat(run.code()).isNotZero();
        assertThat(run.text()).contains("alert protocol version", "Cipher is (NONE)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "NULL", "aNULL"})
    void ciphersWithoutForwardSecrecyOrAuthenticationAreRefused(String cipher) {
        OpenSsl.Run run = OpenSsl.client(port, "", "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0");

        assertThat(run.code()).isNotZero();
        assertThat(run.text()).contains("alert handshake failure", "Cipher is (NONE)");
    }

    @Test
    void aClientMayNotAskForOneHandshakeAfterTheOther() {
        OpenSsl.Run run = OpenSsl.stay(port, "R\n", "-tls1_2");

        assertThat(run.text()).contains("Cipher is ECDHE-ECDSA-AES", "RENEGOTIATING", "alert handshake failure");
    }
}
