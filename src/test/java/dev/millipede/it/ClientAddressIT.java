package dev.millipede.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where clients are, seen through a limit of one connection per address: who has the address of somebody else gets 429, or
 * makes somebody else get it.
 */
@ExtendWith(LogErrors.class)
class ClientAddressIT {
    private static final byte[] V2 = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    private static NodeFixture node(String source, String trusted) {
        return NodeFixture.start(config(source, trusted).encode());
    }

    private static JsonObject config(String source, String trusted) {
        return new JsonObject("""
                {"http": {"clientAddress": "%s", "trustedProxies": ["%s"]},
                 "websocket": {"connectionsPerAddress": 1, "handshakeTimeout": "500ms"}}
                """.formatted(source, trusted));
    }

    private static byte[] v1(String client) {
        String family = client.contains(":") ? "TCP6" : "TCP4";
        String node = client.contains(":") ? "::1" : "127.0.0.1";
        return "PROXY %s %s %s 4711 8000\r\n".formatted(family, client, node).getBytes(ISO_8859_1);
    }

    /** As HAProxy writes it, with a TLV behind the addresses. */
    private static byte[] v2(int command, String client) throws IOException {
        byte[] address = InetAddress.getByName(client).getAddress();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(address);
        body.writeBytes(new byte[address.length]);
        body.writeBytes(new byte[] {0x12, 0x67, 0x1f, 0x40});
        body.writeBytes(new byte[] {0x05, 0x00, 0x02, 0x61, 0x62});
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(V2);
        header.write(0x20 | command);
        header.write(address.length == 4 ? 0x11 : 0x21);
        header.write(0);
        header.write(body.size());
        header.writeBytes(body.toByteArray());
        return header.toByteArray();
    }

    /** A TLV that claims to be longer than the header. */
    private static byte[] brokenTlv() throws IOException {
        byte[] header = v2(1, "203.0.113.9");
        header[header.length - 4] = 0x7f;
        return header;
    }

    private static TestClient open(NodeFixture node, byte[] header) {
        TestClient client = TestClient.dial(node.port());
        client.write(header);
        client.write(TestClient.handshake(node.port()));
        client.upgraded();
        return client;
    }

    private static int status(NodeFixture node, byte[] header, String... headers) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(header);
            socket.getOutputStream().write(TestClient.handshake(node.port(), headers));
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 429".length());
            return line.length < 12 ? 0 : Integer.parseInt(new String(line, 9, 3, ISO_8859_1));
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    void theProxyProtocolOfVersionOneSaysWhereClientsAre() {
        try (NodeFixture node = node("proxy", "127.0.0.1")) {
            try (TestClient first = open(node, v1("203.0.113.9"));
                    TestClient second = open(node, v1("203.0.113.10"));
                    TestClient third = open(node, v1("2001:db8::9"))) {
                for (TestClient client : List.of(first, second, third)) {
                    NodeFixture.connect(client, "ann");
                }
                assertThat(status(node, v1("203.0.113.9"))).isEqualTo(429);
                assertThat(status(node, v1("2001:db8::ffff"))).isEqualTo(429);
                assertThat(node.metric("millipede_handshakes_refused_total{status=\"429\"}"))
                        .isEqualTo(2);
            }
            Eventually.until(() -> status(node, v1("203.0.113.9")), status -> status == 101);
        }
    }

    @Test
    void theProxyProtocolOfVersionTwoSaysWhereClientsAre() throws IOException {
        try (NodeFixture node = node("proxy", "127.0.0.0/8");
                TestClient first = open(node, v2(1, "203.0.113.9"));
                TestClient second = open(node, v2(1, "2001:db8::9"))) {
            NodeFixture.connect(first, "ann");
            NodeFixture.connect(second, "bob");
            assertThat(status(node, v2(1, "203.0.113.9"))).isEqualTo(429);
            // What the balancer does on its own behalf comes from the balancer.
            assertThat(status(node, v2(0, "203.0.113.9"))).isEqualTo(101);
        }
    }

    @Test
    void aHeaderMayComeByteByByteAndTheHandshakeWithItsLastOne() {
        try (NodeFixture node = node("proxy", "127.0.0.1");
                TestClient client = TestClient.dial(node.port())) {
            byte[] header = v1("203.0.113.9");
            for (int i = 0; i < header.length - 1; i++) {
                client.write(new byte[] {header[i]});
            }
            byte[] handshake = TestClient.handshake(node.port());
            byte[] rest = new byte[handshake.length + 1];
            rest[0] = '\n';
            System.arraycopy(handshake, 0, rest, 1, handshake.length);
            client.write(rest);
            client.upgraded();
            NodeFixture.connect(client, "ann");
            assertThat(status(node, v1("203.0.113.9"))).isEqualTo(429);
        }
    }

    @Test
    void tlsBeginsBehindTheHeader(@TempDir Path directory) throws IOException {
        TlsFiles files = TlsFiles.in(directory);
        JsonObject config = config("proxy", "127.0.0.1");
        config.getJsonObject("http")
                .put(
                        "tls",
                        new JsonObject()
                                .put("certificate", files.certificate().toString())
                                .put("key", files.key().toString()));
        try (NodeFixture node = NodeFixture.start(config.encode());
                TestClient first = secured(node, files, "203.0.113.9");
                TestClient second = secured(node, files, "203.0.113.10")) {
            NodeFixture.connect(first, "ann");
            NodeFixture.connect(second, "bob");
            assertThat(node.metric("millipede_connections")).isEqualTo(2);
            try (Socket third = plain(node, "203.0.113.10");
                    Socket tls = files.trust().getSocketFactory().createSocket(third, "localhost", node.port(), true)) {
                tls.getOutputStream().write(TestClient.handshake(node.port()));
                assertThat(new String(tls.getInputStream().readNBytes(12), ISO_8859_1))
                        .isEqualTo("HTTP/1.1 429");
            }
        }
    }

    private static Socket plain(NodeFixture node, String client) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
        socket.getOutputStream().write(v1(client));
        return socket;
    }

    private static TestClient secured(NodeFixture node, TlsFiles files, String address) throws IOException {
        TestClient client = TestClient.over(
                files.trust().getSocketFactory().createSocket(plain(node, address), "localhost", node.port(), true));
        client.write(TestClient.handshake(node.port()));
        client.upgraded();
        return client;
    }

    @Test
    void aTrustedProxyThatSaysNothingIsCut() throws IOException {
        try (NodeFixture node = node("proxy", "127.0.0.1")) {
            assertThat(status(node, new byte[0])).isZero();
            assertThat(status(node, "PROXY nonsense\r\n".getBytes(ISO_8859_1))).isZero();
            assertThat(status(node, brokenTlv())).isZero();
            assertThat(node.metric("millipede_proxy_rejected_total{reason=\"header\"}"))
                    .isEqualTo(3);
            assertThat(node.metric("millipede_connections_opened_total")).isZero();
        }
    }

    @Test
    void aStrangerIsCutWhateverHeSays() {
        try (NodeFixture node = node("proxy", "10.0.0.1")) {
            assertThat(status(node, v1("203.0.113.9"))).isZero();
            assertThat(status(node, new byte[0])).isZero();
            assertThat(node.metric("millipede_proxy_rejected_total{reason=\"stranger\"}"))
                    .isEqualTo(2);
        }
    }

    @Test
    void whoNeverEndsTheHeaderHasTheTimeOfAHandshake() {
        try (NodeFixture node = node("proxy", "127.0.0.1");
                TestClient plain = TestClient.dial(node.port())) {
            plain.write("PROXY TCP4 203.0.113.9 ".getBytes(ISO_8859_1));
            long from = System.nanoTime();
            assertThat(readToEnd(plain)).isZero();
            assertThat((System.nanoTime() - from) / 1e9).isBetween(0.1, 5.0);
        }
    }

    @Test
    void aBalancerThatSaysNothingInFrontOfTlsIsCut(@TempDir Path directory) throws IOException {
        TlsFiles files = TlsFiles.in(directory);
        JsonObject config = new JsonObject("""
                {"http": {"clientAddress": "proxy", "trustedProxies": ["127.0.0.1"]},
                 "websocket": {"handshakeTimeout": "500ms"}}
                """);
        config.getJsonObject("http")
                .put(
                        "tls",
                        new JsonObject()
                                .put("certificate", files.certificate().toString())
                                .put("key", files.key().toString()));
        try (NodeFixture node = NodeFixture.start(config.encode())) {
            for (String start : List.of("", "PROXY TCP4 203.0.", "PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n")) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
                    socket.setSoTimeout(5_000);
                    socket.getOutputStream().write(start.getBytes(ISO_8859_1));
                    assertThatCode(() -> socket.getInputStream().readAllBytes())
                            .as(start)
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    private static int readToEnd(TestClient client) {
        try {
            client.upgraded();
            return 101;
        } catch (RuntimeException | AssertionError e) {
            return 0;
        }
    }

    @Test
    void aProxyOfIpVersionFourIsKnownOnAListenerOfBothVersions() {
        JsonObject config = config("proxy", "127.0.0.1");
        config.getJsonObject("http").put("listen", new JsonArray().add("[::]:0"));
        try (NodeFixture node = NodeFixture.start(config.encode());
                TestClient client = open(node, v1("203.0.113.9"))) {
            NodeFixture.connect(client, "ann");
            assertThat(status(node, v1("203.0.113.9"))).isEqualTo(429);
        }
    }

    @Test
    void forwardedForOfATrustedProxySaysWhereClientsAre() {
        try (NodeFixture node = node("forwarded", "127.0.0.1");
                TestClient first = TestClient.open(node.port(), "X-Forwarded-For: 198.51.100.7, 203.0.113.9");
                TestClient second = TestClient.open(node.port(), "X-Forwarded-For: 203.0.113.10")) {
            NodeFixture.connect(first, "ann");
            NodeFixture.connect(second, "bob");
            assertThat(status(node, new byte[0], "X-Forwarded-For: 192.0.2.1, 203.0.113.9"))
                    .isEqualTo(429);
            assertThat(status(node, new byte[0], "X-Forwarded-For: 203.0.113.9, 192.0.2.1"))
                    .isEqualTo(101);
        }
    }

    @Test
    void nobodyElseIsBelieved() {
        for (String source : List.of("socket", "forwarded")) {
            try (NodeFixture node = node(source, "10.0.0.1");
                    TestClient first = TestClient.open(node.port(), "X-Forwarded-For: 203.0.113.9")) {
                NodeFixture.connect(first, "ann");
                List<RawHttp.Reply> replies = new ArrayList<>();
                for (String claim : List.of("X-Forwarded-For: 203.0.113.10", "Forwarded: for=203.0.113.10")) {
                    List<String> head = new ArrayList<>(TestClient.handshakeHead(node.port()));
                    head.add(claim);
                    replies.add(RawHttp.send(node.port(), head, new byte[0]));
                }
                assertThat(replies).allSatisfy(reply -> {
                    assertThat(reply.status()).isEqualTo(429);
                    assertThat(reply.header("Retry-After")).containsExactly("5");
                });
            }
        }
    }
}
