package dev.millipede.balancers;

import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import dev.millipede.support.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The way in through a balancer: TLS, its certificate and name checked as a browser does. */
record Door(String front, TlsFiles tls) {
    private static final String ANYWHERE = "0.0.0.0";
    private static final int TIMEOUT_MS = 15_000;

    private SSLSocket dial(String from) throws IOException {
        Socket below = new Socket();
        below.bind(new InetSocketAddress(from, 0));
        below.setTcpNoDelay(true);
        below.setSoTimeout(TIMEOUT_MS);
        below.connect(new InetSocketAddress(front, Place.HTTPS));
        SSLSocket socket = (SSLSocket) tls.trust().getSocketFactory().createSocket(below, front, Place.HTTPS, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** A connection whose connect has been answered. */
    TestClient connect(String user) {
        return NodeFixture.connect(open(ANYWHERE), user);
    }

    /** An upgraded connection from an address of this machine; the request carries these further header lines. */
    TestClient open(String from, String... headers) {
        try {
            TestClient client = TestClient.over(dial(from));
            client.write(TestClient.handshake(Place.HTTPS, headers));
            client.upgraded();
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status that a handshake from an address is answered with; the connection is closed again. */
    int status(String from, String... headers) {
        return answer(from, TestClient.handshake(Place.HTTPS, headers));
    }

    /** The status that a GET of a path is answered with. */
    int get(String path) {
        List<String> head = List.of("GET " + path + " HTTP/1.1", "Host: localhost");
        return answer(ANYWHERE, (String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private int answer(String from, byte[] request) {
        try (SSLSocket socket = dial(from)) {
            socket.getOutputStream().write(request);
            return RawHttp.read(socket.getInputStream(), false).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
