package dev.millipede.balancers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.NodeFixture;
import dev.millipede.support.NodeProcess;
import dev.millipede.support.TlsFiles;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The balancer's ports run out, in a network where it has 40 of them: one connection per tuple of source address, source port,
 * node's address and node's port. The addresses are those of the shipped files. One process stands for both nodes.
 */
@Tag("balancers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExhaustionIT {
    private static final int PORTS = 40;

    private final List<AutoCloseable> started = new ArrayList<>();

    /** Ports rest for a minute after a connection, so every balancer here has source addresses of its own. */
    private int runs;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private TlsFiles tls;

    @SuppressWarnings("NullAway.Init")
    private FewPorts network;

    @BeforeAll
    void start(@TempDir Path shared) throws IOException {
        Installed.require(Kind.HAPROXY);
        Installed.require(Kind.NGINX);
        directory = shared;
        tls = TlsFiles.in(directory, "ip:127.0.0.1");
        List<String> addresses = new ArrayList<>(List.of("10.0.1.1", "10.0.1.2"));
        for (int run = 1; run <= 8; run++) {
            addresses.addAll(List.of("10.1." + run + ".11", "10.1." + run + ".12"));
        }
        try {
            network = new FewPorts(PORTS, addresses);
        } catch (IOException e) {
            String skipped = "NOT tested, because network namespaces cannot be made here: " + e.getMessage();
            System.out.println("\n*** SKIPPED: " + skipped + " ***\n");
            Assumptions.abort(skipped);
        }
        started.add(network);
        NodeProcess node = NodeProcess.start(network.launcher(), Map.of(), "--config", nodes().toString());
        started.add(0, node);
        node.awaitLog("ServeCommand: ready");
    }

    private Path nodes() throws IOException {
        JsonArray listeners =
                new JsonArray().addAll(TwoNodes.listeners("10.0.1.1")).addAll(TwoNodes.listeners("10.0.1.2"));
        JsonObject config = NodeFixture.config().put("http", new JsonObject().put("listen", listeners));
        config.getJsonObject("internal").put("host", "0.0.0.0").put("port", Place.INTERNAL);
        config.getJsonObject("websocket").put("connectTimeout", "10m");
        return Files.writeString(directory.resolve("node.json"), config.encodePrettily());
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable each : started) {
            each.close();
        }
    }

    /**
     * What so many handshakes, one after the other, are answered through a balancer with this file, all of them kept open:
     * first these, then one more; while somebody else has bound so many ports.
     */
    private List<String> answers(Kind kind, ShippedFile file, int bound, int count) throws IOException {
        runs++;
        ShippedFile own = kind.files(file, tls, Files.createTempDirectory(directory, "own"));
        for (String last : List.of("11", "12")) {
            if (own.text().contains("10.0.0." + last)) {
                own = own.with("10.0.0." + last, "10.1." + runs + '.' + last);
            }
        }
        try (Balancer balancer = Balancer.launch(kind, own, directory, network.launcher())) {
            List<String> command = new ArrayList<>(network.launcher());
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-cp",
                    "target/test-classes",
                    Dialler.class.getName(),
                    Integer.toString(Place.HTTPS),
                    tls.certificate().toString(),
                    Integer.toString(runs),
                    Integer.toString(bound)));
            Process dialler = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader output = dialler.inputReader(UTF_8);
                    BufferedWriter input = dialler.outputWriter(UTF_8)) {
                List<String> answers = new ArrayList<>();
                for (int next : List.of(count, 1)) {
                    input.write(next + "\n");
                    input.flush();
                    answers.add(output.readLine());
                }
                assertThat(balancer.workers()).as(balancer.log()).isNotEmpty();
                return answers;
            } finally {
                dialler.destroyForcibly();
            }
        }
    }

    private void assertAnswers(String what, Kind kind, ShippedFile file, int count, String further) throws IOException {
        assertAnswers(what, kind, file, 0, count, further);
    }

    private void assertAnswers(String what, Kind kind, ShippedFile file, int bound, int count, String further)
            throws IOException {
        List<String> answers = answers(kind, file, bound, count);
        System.out.printf(
                "balancers, %s, %d ports, %s: %d handshakes %s, the next %s%n",
                kind, PORTS, what, count, answers.get(0), answers.get(1));
        assertThat(answers).containsExactly("{101=" + count + "}", "{" + further + "=1}");
    }

    /** One process cannot be told both ways where clients are. */
    private static ShippedFile haproxy() {
        return Kind.HAPROXY.shipped().with(" send-proxy-v2 ", " ");
    }

    private static ShippedFile nginx() {
        return Kind.NGINX.shipped();
    }

    @Test
    void haproxyWithOneSourceAddressAndOneListenerHasAConnectionForEachPort() throws IOException {
        ShippedFile one = haproxy().without("server a2", "server a3", "server a4", "server b");
        assertAnswers("1 source address x 1 listener", Kind.HAPROXY, one, PORTS, "503");
    }

    /** Whatever the address that they were bound to. */
    @Test
    void portsThatSomebodyElseHasBoundAreLostToTheBalancer() throws IOException {
        ShippedFile two = haproxy().without("server a3", "server a4", "server b");
        int left = 2 * (PORTS - 15);
        assertAnswers("1 source address x 2 listeners, 15 ports bound", Kind.HAPROXY, two, 15, left, "503");
    }

    /** Were the port chosen when the socket is bound to the source address, a second listener would be of no use. */
    @Test
    void haproxyWithTwoListenersHasTwiceAsMany() throws IOException {
        ShippedFile two = haproxy().without("server a3", "server a4", "server b");
        assertAnswers("1 source address x 2 listeners", Kind.HAPROXY, two, 2 * PORTS, "503");
    }

    @Test
    void haproxyAsShippedHasAConnectionForEachTuple() throws IOException {
        assertAnswers("as shipped", Kind.HAPROXY, haproxy(), 8 * PORTS, "503");
    }

    @Test
    void nginxWithOneSourceAddressAndOneListenerHasAConnectionForEachPort() throws IOException {
        ShippedFile one = nginx().without(
                        "50% 10.0.0.11", "server 10.0.1.1:8001", "server 10.0.1.2:8000", "server 10.0.1.2:8001");
        assertAnswers("1 source address x 1 listener", Kind.NGINX, one, PORTS, "502");
    }

    @Test
    void nginxWithTwoListenersHasTwiceAsMany() throws IOException {
        ShippedFile two = nginx().without("50% 10.0.0.11", "server 10.0.1.2:8000", "server 10.0.1.2:8001");
        assertAnswers("1 source address x 2 listeners", Kind.NGINX, two, 2 * PORTS, "502");
    }

    /** By hash a source address gets its half only roughly, so not every tuple can be had. */
    @Test
    void nginxAsShippedHasFiveTimesAsManyAndMore() throws IOException {
        assertAnswers("as shipped", Kind.NGINX, nginx(), 5 * PORTS, "101");
    }
}
