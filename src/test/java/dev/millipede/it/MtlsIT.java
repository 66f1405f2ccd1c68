package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.OpenSsl;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An internal listener that asks for certificates. */
@ExtendWith(LogErrors.class)
class MtlsIT {
    private static final String HEALTH = "/health/live";

    @SuppressWarnings("NullAway.Init")
    private static Path ours;

    @SuppressWarnings("NullAway.Init")
    private static Path others;

    @SuppressWarnings("NullAway.Init")
    private static Path clientCa;

    @SuppressWarnings("NullAway.Init")
    private static TlsFiles files;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        ours = Files.createDirectory(directory.resolve("ours"));
        others = Files.createDirectory(directory.resolve("others"));
        OpenSsl.authority(others);
        OpenSsl.certified(others, "stranger");
        files = TlsFiles.in(directory);
        clientCa = directory.resolve("clients.pem");
        Files.copy(OpenSsl.authority(ours), clientCa);
        OpenSsl.certified(ours, "backend");
        JsonObject tls = new JsonObject()
                .put("certificate", files.certificate().toString())
                .put("key", files.key().toString())
                .put("clientCa", clientCa.toString())
                .put("checkEvery", "100ms");
        node = NodeFixture.start(new JsonObject()
                .put("internal", new JsonObject().put("tls", tls))
                .encode());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static OpenSsl.Run get(String path, Path directory, String name) {
        return OpenSsl.get(
                node.internal().address().getPort(),
                path,
                "-verify_return_error",
                "-CAfile",
                files.certificate().toString(),
                "-cert",
                directory.resolve(name + ".pem").toString(),
                "-key",
                directory.resolve(name + ".key").toString());
    }

    @Test
    void whoHasACertificateOfTheAuthorityIsServed() {
        assertThat(get(HEALTH, ours, "backend").text()).contains("HTTP/1.1 200 OK");
    }

    @Test
    void anApiKeyIsNeededAllTheSame() {
        assertThat(get("/api/info", ours, "backend").text()).contains("HTTP/1.1 405");
    }

    @Test
    void whoHasNoneOrAnotherGetsNoAnswer() {
        int port = node.internal().address().getPort();

        assertThat(OpenSsl.get(port, HEALTH).text()).contains("alert").doesNotContain("HTTP/1.1");
        assertThat(OpenSsl.get(port, HEALTH, "-tls1_2").text())
                .contains("alert")
                .doesNotContain("HTTP/1.1");
        assertThat(get(HEALTH, others, "stranger").text()).contains("alert").doesNotContain("HTTP/1.1");
    }

    @Test
    void anAuthorityThatIsAddedCountsAtOnceAndOneThatIsTakenOutNoMore() throws IOException {
        replace(Files.readString(ours.resolve("ca.pem")) + Files.readString(others.resolve("ca.pem")));
        Eventually.until(() -> get(HEALTH, others, "stranger").text(), text -> text.contains("HTTP/1.1 200 OK"));
        assertThat(get(HEALTH, ours, "backend").text()).contains("HTTP/1.1 200 OK");

        replace(Files.readString(ours.resolve("ca.pem")));
        Eventually.until(() -> get(HEALTH, others, "stranger").text(), text -> !text.contains("HTTP/1.1"));
        assertThat(get(HEALTH, ours, "backend").text()).contains("HTTP/1.1 200 OK");
    }

    private static void replace(String authorities) throws IOException {
        Path next = clientCa.resolveSibling("next.pem");
        Files.writeString(next, authorities);
        Files.move(next, clientCa, StandardCopyOption.ATOMIC_MOVE);
    }
}
