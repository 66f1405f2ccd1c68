package dev.millipede.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections that hold a descriptor and are no WebSockets. */
@ExtendWith(LogErrors.class)
class ArrivalIT {
    /** More than a node of one connection takes at a time besides it. */
    private static final int MANY = 240;

    private static Socket dial(NodeFixture node) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), node.port());
    }

    /** Sends one more byte; false when the other side has closed. */
    private static boolean goesOn(Socket socket) {
        try {
            socket.getOutputStream().write('a');
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        socket.setSoTimeout(200);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aRequestSentByteByByteForEverIsGivenUp() throws IOException {
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"handshakeTimeout\":\"300ms\"}}");
                Socket slow = dial(node)) {
            slow.getOutputStream().write("GET /connection/websocket HTTP/1.1\r\nX: ".getBytes(US_ASCII));
            Eventually.until(() -> goesOn(slow), going -> !going);
        }
    }

    @Test
    void aSecondRequestSentByteByByteForEverIsGivenUp() throws IOException {
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"handshakeTimeout\":\"300ms\"}}");
                Socket slow = dial(node)) {
            slow.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX: ".getBytes(US_ASCII));
            Eventually.until(() -> goesOn(slow), going -> !going);
        }
    }

    @Test
    void aWebSocketOutlivesTheTimeForItsHandshake() {
        try (NodeFixture node = NodeFixture.start(
                        "{\"websocket\":{\"handshakeTimeout\":\"100ms\",\"pingInterval\":\"1s\",\"pongTimeout\":\"900ms\"}}");
                TestClient ann = node.connect("ann")) {
            assertThat(ann.text()).isEqualTo("{}");
            ann.send("{}");
            assertThat(ann.call("subscribe", "room:a").containsKey("subscribe")).isTrue();
        }
    }

    @Test
    void silentConnectionsDoNotUseUpTheDescriptors() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try (NodeFixture node =
                        NodeFixture.start("{\"websocket\":{\"handshakeTimeout\":\"1m\",\"maxConnections\":1}}");
                TestClient ann = node.connect("ann")) {
            for (int i = 0; i < MANY; i++) {
                silent.add(dial(node));
            }
            int closed = 0;
            for (int i = MANY - 1; i >= MANY / 2; i--) {
                closed += isClosed(silent.get(i)) ? 1 : 0;
            }
            assertThat(closed).isEqualTo(MANY / 2);
            assertThat(ann.call("subscribe", "room:a").containsKey("subscribe")).isTrue();

            for (Socket each : silent) {
                each.close();
            }
            Eventually.until(() -> status(node), status -> status == 404);
        }
    }

    @Test
    void manyThatComeAtOnceAreAllTakenWhileThereIsRoom() {
        List<TestClient> clients = new ArrayList<>();
        try (NodeFixture node = NodeFixture.start("{\"websocket\":{\"maxConnections\":" + MANY + "}}")) {
            for (int i = 0; i < MANY; i++) {
                clients.add(TestClient.dial(node.port()));
            }
            for (TestClient each : clients) {
                each.write(TestClient.handshake(node.port()));
                each.upgraded();
            }
            Eventually.until(() -> node.metric("millipede_connections"), open -> open == MANY);
            clients.forEach(TestClient::close);
        }
    }

    private static int status(NodeFixture node) {
        try {
            return RawHttp.get(node.port(), "/nothing").status();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }
}
