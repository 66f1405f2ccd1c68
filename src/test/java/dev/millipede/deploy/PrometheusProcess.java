package dev.millipede.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.RawHttp;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Prometheus that asks one node once a second and knows the rules that are shipped. Close it. */
final class PrometheusProcess implements AutoCloseable {
    static final Tool TOOL = new Tool("prometheus");

    private static final Pattern LISTENING = Pattern.compile("msg=\"Listening on\" address=127\\.0\\.0\\.1:(\\d+)");
    private static final String READY = "Server is ready to receive web requests";

    private static final String CONFIGURATION = """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ["%s"]
            scrape_configs:
              - job_name: millipede
                static_configs: [{targets: ["127.0.0.1:%d"]}]
            """;

    private final Process process;
    private final int port;

    private PrometheusProcess(Process process) throws IOException {
        this.process = process;
        this.port = port(process.inputReader(UTF_8));
    }

    /**
     * Starts one.
     *
     * @param directory to store in
     * @param node where its metrics are, on 127.0.0.1
     */
    static PrometheusProcess start(Path directory, int node) {
        try {
            Path file = directory.resolve("prometheus.yaml");
            Files.writeString(file, CONFIGURATION.formatted(Rules.FILE.toAbsolutePath(), node));
            return new PrometheusProcess(new ProcessBuilder(
                            TOOL.name(),
                            "--config.file=" + file,
                            "--storage.tsdb.path=" + directory.resolve("data"),
                            "--web.listen-address=127.0.0.1:0")
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int port(BufferedReader log) throws IOException {
        List<String> lines = new ArrayList<>();
        int port = 0;
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            lines.add(line);
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                port = Integer.parseInt(listening.group(1));
            } else if (line.contains(READY)) {
                Thread rest = new Thread(() -> drain(log), "log of prometheus");
                rest.setDaemon(true);
                rest.start();
                return port;
            }
        }
        throw new AssertionError(String.join("\n", lines));
    }

    private static void drain(BufferedReader log) {
        try {
            log.lines().forEach(line -> {});
        } catch (UncheckedIOException e) {
            // It was closed.
        }
    }

    /** The series that an expression gives now. */
    List<JsonObject> query(String expression) {
        RawHttp.Reply reply = RawHttp.get(port, "/api/v1/query?query=" + URLEncoder.encode(expression, UTF_8));
        if (reply.status() != 200) {
            throw new AssertionError(expression + "\n" + reply.body());
        }
        return Rules.objects(new JsonObject(reply.body()).getJsonObject("data"), "result");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
