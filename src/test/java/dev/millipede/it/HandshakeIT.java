package dev.millipede.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** From the request to the first command, against the pipeline that Vert.x makes and we strip. */
@ExtendWith(LogErrors.class)
class HandshakeIT {
    private static final String CONNECTIONS = "millipede_connections";

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @BeforeAll
    static void start() {
        node = NodeFixture.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static byte[] connectFrame(String user) {
        return ClientFrames.text(new JsonObject()
                .put("id", 1)
                .put("connect", new JsonObject().put("token", NodeFixture.token(user)))
                .encode());
    }

    private static void assertConnected(TestClient client, String user) {
        assertThat(client.json().getJsonObject("connect").getJsonObject("subs").getMap())
                .containsKey("user:" + user);
    }

    /** The good handshake with lines replaced (by their beginning), removed (replaced by "") or added. */
    private static RawHttp.Reply shake(NodeFixture to, String... changes) {
        List<String> head = new ArrayList<>(TestClient.handshakeHead(to.port()));
        for (int i = 0; i < changes.length; i += 2) {
            String prefix = changes[i];
            String line = changes[i + 1];
            if (head.stream().anyMatch(each -> each.startsWith(prefix))) {
                head.replaceAll(each -> each.startsWith(prefix) ? line : each);
            } else {
                head.add(line);
            }
        }
        head.removeIf(String::isEmpty);
        return RawHttp.send(to.port(), head, new byte[0]);
    }

    private static RawHttp.Reply shake(String... changes) {
        return shake(node, changes);
    }

    private static void assertRefused(int status, String... changes) {
        assertThat(shake(changes).status()).as(String.join(" ", changes)).isEqualTo(status);
    }

    @Test
    void theKeyIsAnsweredAsTheRfcSays() {
        RawHttp.Reply reply = shake();
        assertThat(reply.status()).isEqualTo(101);
        assertThat(reply.header("Sec-WebSocket-Accept")).containsExactly("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(reply.header("Upgrade")).containsExactly("websocket");
        assertThat(reply.header("Connection")).containsExactly("Upgrade");
    }

    @Test
    void aConnectInTheSegmentOfTheHandshakeIsAnswered() {
        try (TestClient client = TestClient.dial(node.port())) {
            client.write(ClientFrames.join(TestClient.handshake(node.port()), connectFrame("ann")));
            client.upgraded();
            assertConnected(client, "ann");
            assertThat(client.call("subscribe", "room:first").containsKey("subscribe"))
                    .isTrue();
        }
    }

    @Test
    void partOfAConnectInTheSegmentOfTheHandshakeIsNotLost() {
        byte[] frame = connectFrame("ann");
        for (int cut : new int[] {1, 2, 5, frame.length - 1}) {
            try (TestClient client = TestClient.dial(node.port())) {
                byte[] all = ClientFrames.join(TestClient.handshake(node.port()), frame);
                int first = all.length - frame.length + cut;
                client.write(Arrays.copyOf(all, first));
                client.upgraded();
                client.write(Arrays.copyOfRange(all, first, all.length));
                assertConnected(client, "ann");
            }
        }
    }

    @Test
    void segmentsOfOneByteAreAnswered() {
        try (TestClient client = TestClient.dial(node.port())) {
            client.write(ClientFrames.join(TestClient.handshake(node.port()), connectFrame("ann")), 1);
            client.upgraded();
            assertConnected(client, "ann");
        }
    }

    @Test
    void aConnectCutOverManyReadsIsAnswered() {
        try (TestClient client = node.open()) {
            client.write(connectFrame("ann"), 7);
            assertConnected(client, "ann");
        }
    }

    @Test
    void ordinaryRequestsOnTheSamePortAreServed() {
        try (NodeFixture development = NodeFixture.development();
                TestClient client = TestClient.open(development.port())) {
            assertThat(RawHttp.get(development.port(), "/dev/token?user=ann").status())
                    .isEqualTo(200);
            assertThat(RawHttp.get(development.port(), "/").status()).isEqualTo(200);
            client.send("{\"id\":1,\"connect\":{}}");
            assertThat(client.json().containsKey("connect")).isTrue();
        }
        assertThat(RawHttp.get(node.port(), "/").status()).isEqualTo(404);
    }

    @Test
    void anotherVersionIsToldTheRightOne() {
        RawHttp.Reply reply = shake("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8");
        assertThat(reply.status()).isEqualTo(426);
        assertThat(reply.header("Sec-WebSocket-Version")).containsExactly("13");
    }

    @Test
    void aRequestWithoutUpgradeIsToldToUpgrade() {
        RawHttp.Reply reply = shake("Upgrade", "", "Connection", "");
        assertThat(reply.status()).isEqualTo(426);
        assertThat(reply.header("Upgrade")).containsExactly("websocket");
    }

    @Test
    void malformedHandshakesAreRefused() {
        assertRefused(400, "Sec-WebSocket-Key", "");
        assertRefused(400, "Sec-WebSocket-Key", "Sec-WebSocket-Key: c2hvcnQ=");
        assertRefused(400, "GET", "GET /connection/websocket HTTP/1.0");
        assertRefused(400, "GET", "POST /connection/websocket HTTP/1.1", "Content-Length", "Content-Length: 0");
        assertRefused(400, "Content-Length", "Content-Length: 1");
        assertRefused(400, "Transfer-Encoding", "Transfer-Encoding: chunked");
    }

    /** All that comes back for these bytes until the server closes. */
    private static String answers(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(TestClient.DEADLINE_SECONDS * 1_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static String request(String... headers) {
        return new String(TestClient.handshake(node.port(), headers), ISO_8859_1);
    }

    @Test
    void whatIsSmuggledInABodyIsNeverAnswered() throws IOException {
        String smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        for (String request : List.of(
                request("Content-Length: " + smuggled.length()) + smuggled,
                request("Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n" + smuggled,
                request("Transfer-Encoding: chunked", "Content-Length: 0") + "0\r\n\r\n" + smuggled,
                request("Transfer-Encoding: xchunked", "Content-Length: 0") + smuggled,
                request("Content-Length: 0", "Content-Length: " + smuggled.length()) + smuggled)) {
            assertThat(answers(request)).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1");
        }
    }

    @Test
    void lineBreaksInAHeaderDoNotBecomeHeadersOfTheAnswer() throws IOException {
        String cr = Character.toString('\r');
        String lf = Character.toString('\n');
        for (String lineBreak : List.of(cr, lf + ' ', cr + lf + ' ', "%0d%0a", Character.toString('\0'))) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
                socket.setSoTimeout(TestClient.DEADLINE_SECONDS * 1_000);
                socket.getOutputStream()
                        .write(request("Sec-WebSocket-Protocol: centrifuge-json" + lineBreak + "X-Injected: 1")
                                .getBytes(ISO_8859_1));
                RawHttp.Reply reply = RawHttp.read(socket.getInputStream(), true);
                assertThat(reply.status()).isIn(101, 400);
                assertThat(reply.header("X-Injected")).isEmpty();
                assertThat(reply.header("Sec-WebSocket-Protocol")).isSubsetOf("centrifuge-json");
            }
        }
    }

    @Test
    void compressionIsNeverAgreedTo() {
        RawHttp.Reply reply = shake(
                "Sec-WebSocket-Extensions", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
        assertThat(reply.status()).isEqualTo(101);
        assertThat(reply.header("Sec-WebSocket-Extensions")).isEmpty();
    }

    @Test
    void theClientOfTheJdkSaysThatItsRequestHasNoLengthAndIsLetIn() {
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + node.port() + "/connection/websocket"),
                        new WebSocket.Listener() {})
                .orTimeout(TestClient.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();

        assertThat(socket.isOutputClosed()).isFalse();
        socket.abort();
    }

    @Test
    void refusalsAreCountedByTheirStatus() {
        String metric = "millipede_handshakes_refused_total{status=\"426\"}";
        double before = node.metric(metric);
        shake("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8");
        assertThat(node.metric(metric)).isEqualTo(before + 1);
    }

    @Test
    void theSubprotocolIsEchoedOnlyWhereItIsOffered() {
        try (TestClient offers =
                        TestClient.open(node.port(), "Sec-WebSocket-Protocol: centrifuge-protobuf, centrifuge-json");
                TestClient offersNone = node.open();
                TestClient offersAnother = TestClient.open(node.port(), "Sec-WebSocket-Protocol: mqtt")) {
            assertThat(offers.upgrade().header("Sec-WebSocket-Protocol")).containsExactly("centrifuge-json");
            assertThat(offersNone.upgrade().header("Sec-WebSocket-Protocol")).isEmpty();
            assertThat(offersAnother.upgrade().header("Sec-WebSocket-Protocol")).isEmpty();
        }
    }

    @Test
    void withoutAListOnlyPagesOfTheSameHostMayConnect() {
        assertRefused(101);
        assertRefused(101, "Origin", "Origin: http://localhost:" + node.port());
        assertRefused(403, "Origin", "Origin: http://localhost");
        assertRefused(403, "Origin", "Origin: https://evil.example");
        assertRefused(403, "Origin", "Origin: null");
    }

    @Test
    void withAListOnlyThosePagesMayConnect() {
        try (NodeFixture listed = NodeFixture.start("{\"http\":{\"allowedOrigins\":[\"https://chat.example.com\"]}}")) {
            assertThat(shake(listed, "Origin", "Origin: https://CHAT.example.com")
                            .status())
                    .isEqualTo(101);
            assertThat(shake(listed).status()).isEqualTo(101);
            for (String origin : List.of("https://chat.example.com.evil.example", "http://chat.example.com", "null")) {
                assertThat(shake(listed, "Origin", "Origin: " + origin).status())
                        .as(origin)
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void developmentModeGuardsTheHandshake() {
        try (NodeFixture development = NodeFixture.development()) {
            assertThat(shake(development).status()).isEqualTo(101);
            assertThat(shake(development, "Host", "Host: evil.example").status())
                    .isEqualTo(421);
            assertThat(shake(development, "X-Forwarded-For", "X-Forwarded-For: 192.0.2.1")
                            .status())
                    .isEqualTo(421);
            assertThat(shake(development, "Sec-Fetch-Site", "Sec-Fetch-Site: cross-site")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aResetRightAfterTheRequestLeaksNothing() {
        double connections = Eventually.until(() -> node.metric(CONNECTIONS), count -> count == 0);
        int descriptors = descriptors();
        double opened = node.metric("millipede_connections_opened_total");
        for (int i = 0; i < 200; i++) {
            TestClient client = TestClient.dial(node.port());
            client.write(TestClient.handshake(node.port()));
            if (i % 2 == 0) {
                client.upgraded();
            }
            client.reset();
        }
        Eventually.until(HandshakeIT::descriptors, count -> count <= descriptors);
        Eventually.until(() -> node.metric(CONNECTIONS), count -> count == connections);
        Eventually.until(() -> node.info().getInteger("num_clients"), count -> count == 0);
        assertThat(node.metric("millipede_connections_opened_total")).isGreaterThanOrEqualTo(opened + 100);
    }

    private static int descriptors() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}
