package dev.millipede.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node that serves its own certificate. */
@ExtendWith(LogErrors.class)
class TlsIT {
    private static final String ROOM = "room:tls";
    private static final String DATA = "x".repeat(32 << 10);
    private static final int MOST_PUBLICATIONS = 1_000;

    @SuppressWarnings("NullAway.Init")
    private static TlsFiles files;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        files = TlsFiles.in(directory);
        JsonObject tls = new JsonObject()
                .put("certificate", files.certificate().toString())
                .put("key", files.key().toString());
        node = NodeFixture.start(new JsonObject()
                .put("http", new JsonObject().put("tls", tls))
                .put("websocket", new JsonObject().put("outboxLimit", "256KiB"))
                .encode());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Socket plain(int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
        return socket;
    }

    private static SSLSocket secured(Socket below) throws IOException {
        return (SSLSocket) files.trust().getSocketFactory().createSocket(below, "localhost", node.port(), true);
    }

    private static TestClient dial() throws IOException {
        return TestClient.over(secured(plain(0)));
    }

    private static TestClient member(TestClient client, String user) {
        client.write(TestClient.handshake(node.port()));
        client.upgraded();
        NodeFixture.connect(client, user);
        assertThat(client.call("subscribe", ROOM).containsKey("subscribe")).isTrue();
        return client;
    }

    private static byte[] connectFrame() {
        JsonObject token = new JsonObject().put("token", NodeFixture.token("early"));
        return ClientFrames.text(
                new JsonObject().put("id", 1).put("connect", token).encode());
    }

    @Test
    void whatOnePublishesTheOthersGet() throws IOException {
        try (TestClient ann = member(dial(), "ann");
                TestClient bob = member(dial(), "bob")) {
            assertThat(ann.publish(ROOM, 42).containsKey("publish")).isTrue();
            assertThat(ann.publication(ROOM).getInteger("data")).isEqualTo(42);
            assertThat(bob.publication(ROOM).getInteger("data")).isEqualTo(42);
        }
    }

    @Test
    void framesInTheSameRecordAsTheHandshakeAreNotLost() throws IOException {
        try (TestClient client = dial()) {
            client.write(ClientFrames.join(TestClient.handshake(node.port()), connectFrame()));
            client.upgraded();
            assertThat(client.json().containsKey("connect")).isTrue();
        }
    }

    @Test
    void everyByteMayComeInARecordOfItsOwn() throws IOException {
        try (TestClient client = dial()) {
            client.write(ClientFrames.join(TestClient.handshake(node.port()), connectFrame()), 1);
            client.upgraded();
            assertThat(client.json().containsKey("connect")).isTrue();
        }
    }

    @Test
    void aCloseFrameArrivesWhateverTheClientWasStillSending() throws IOException {
        try (TestClient client = member(dial(), "big")) {
            client.write(ClientFrames.text("x".repeat(1 << 20)));
            assertThat(client.closed().code()).isEqualTo(1009);
            client.ended();
        }
    }

    @Test
    void aClosingHandshakeEndsTheConnectionOnBothSides() throws IOException {
        try (TestClient client = member(dial(), "leaver")) {
            client.write(ClientFrames.close(1000, ""));
            assertThat(client.closed()).isEqualTo(new Closed(1000, ""));
            client.ended();
            Eventually.until(() -> node.metric("millipede_connections"), count -> count == 0);
        }
    }

    @Test
    void aReaderThatStopsIsClosedAsSlowAndTheOthersGetEverything() throws IOException {
        try (TestClient slow = member(TestClient.over(secured(plain(4096))), "slow");
                TestClient reader = member(dial(), "reader")) {
            slow.stopReading();
            int published = 0;
            while (node.metric("millipede_slow_closes_total") == 0) {
                assertThat(published).isLessThan(MOST_PUBLICATIONS);
                node.publish(ROOM, new JsonObject().put("n", published).put("x", DATA));
                assertThat(reader.publication(ROOM).getJsonObject("data").getInteger("n"))
                        .isEqualTo(published++);
            }
            slow.resumeReading();
            int expected = 0;
            TestClient.Event event = slow.next();
            while (event instanceof TestClient.Message message) {
                JsonObject publication = message.json().getJsonObject("push").getJsonObject("pub");
                assertThat(publication.getJsonObject("data").getInteger("n")).isEqualTo(expected++);
                event = slow.next();
            }
            assertThat(event).isEqualTo(new Closed(3008, "slow"));
        }
    }

    @Test
    void bytesThatAreNoTlsEndThatConnectionAndAreNoErrorOfOurs() throws IOException {
        try (Socket below = plain(0);
                Socket never = plain(0)) {
            never.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            TestClient client = member(TestClient.over(secured(below)), "garbled");
            below.getOutputStream().write("this is no record".repeat(10).getBytes(US_ASCII));
            client.ended();
        }
        try (TestClient other = member(dial(), "other")) {
            assertThat(other.publish(ROOM, 1).containsKey("publish")).isTrue();
        }
    }
}
