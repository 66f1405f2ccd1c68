package dev.millipede.balancers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Opens WebSockets over TLS and keeps them, in a process of its own in a network namespace that the tests are not in. Each
 * line of its standard input says how many more, each line of its output how many it has been answered each status.
 * Needs nothing but the JDK.
 */
final class Dialler {
    /**
     * To each loopback address of the balancer, so that this process' own ports are not those that run out. Binding to
     * addresses of its own would not do: no connect() of anybody chooses a port that somebody has bound.
     */
    private static final int PER_ADDRESS = 10;

    private static final int ATTEMPTS = 500;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int TIMEOUT_MS = 15_000;
    private static final String REQUEST = """
            GET /connection/websocket HTTP/1.1
            Host: localhost
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

            """;

    private final SSLContext tls;
    private final int port;
    private final int network;
    private final List<Socket> open = new ArrayList<>();
    private final List<Socket> bound = new ArrayList<>();

    private Dialler(SSLContext tls, int port, int network) {
        this.tls = tls;
        this.port = port;
        this.network = network;
    }

    /**
     * Reads how many until the input ends.
     *
     * @param args port of the balancer, the file with its certificate, a number of 1-254 that no other of these processes
     *     in this namespace has, and how many ports to bind and not to use
     */
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        Dialler dialler = new Dialler(trusting(Path.of(args[1])), Integer.parseInt(args[0]), Integer.parseInt(args[2]));
        dialler.bind(Integer.parseInt(args[3]));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            System.out.println(dialler.dial(Integer.parseInt(line)));
        }
    }

    private static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "balancer", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private void bind(int ports) throws IOException {
        for (int i = 0; i < ports; i++) {
            Socket socket = new Socket();
            socket.bind(new InetSocketAddress("127." + network + ".1.1", 0));
            bound.add(socket);
        }
    }

    private Map<String, Integer> dial(int count) throws IOException {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            answers.merge(status(), 1, Integer::sum);
        }
        return answers;
    }

    private String status() throws IOException {
        String front = "127." + network + ".0." + (1 + open.size() / PER_ADDRESS);
        Socket below = connected(new InetSocketAddress(front, port));
        Socket socket = tls.getSocketFactory().createSocket(below, front, port, true);
        open.add(socket);
        socket.getOutputStream().write(REQUEST.replace("\n", "\r\n").getBytes(US_ASCII));
        return new String(socket.getInputStream().readNBytes(12), US_ASCII).substring(9);
    }

    /** The balancer may not listen yet. */
    private static Socket connected(InetSocketAddress target) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Socket socket = new Socket();
            socket.setSoTimeout(TIMEOUT_MS);
            try {
                socket.connect(target);
                return socket;
            } catch (ConnectException e) {
                socket.close();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
