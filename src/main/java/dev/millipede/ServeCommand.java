package dev.millipede;

import dev.millipede.cluster.CannotJoinException;
import dev.millipede.config.ConfigException;
import dev.millipede.tls.UnusableTlsException;
import dev.millipede.websocket.ListenAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code serve}: runs a node until the process is told to end. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a node until SIGTERM or Ctrl-C.",
            "Without --config it runs in development mode: on loopback, for whoever reaches the port."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:stopped as told", "1:failed, for example a port is taken", "2:the configuration has problems"
        })
final class ServeCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);
    /** Longer than a node gives itself to start and, where it cannot, to stop again. */
    private static final long START_SECONDS = 90;

    /** The deadline of a stop. Its steps have shorter ones, so that it is met even where some of them hang. */
    private static final long STOP_SECONDS = 15;

    /** So long after its deadline a stop that has not ended takes the JVM with it. */
    private static final long HALT_SECONDS = 10;

    private static final int SECRET_BYTES = 32;
    private static final int READY_LOOK_MILLIS = 20;
    private static final int READY_LOOKS = 100;

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "The configuration file, JSON.")
    private @Nullable Path file;

    ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        NodeConfig config;
        try {
            config = file == null
                    ? NodeConfig.development(randomSecret(), environment)
                    : NodeConfig.load(file, environment);
        } catch (ConfigException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(e.getMessage());
            err.flush();
            return 2;
        }
        config.warnings().forEach(warning -> log.warn("{}", warning));
        return serve(config);
    }

    private static String randomSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    private int serve(NodeConfig config) throws InterruptedException {
        // Without a file there is nothing to read again: the signal, as of a terminal that is closed, ends the node.
        ReloadOnHangup reloads = file == null ? null : new ReloadOnHangup(file, environment);
        if (reloads != null) {
            reloads.listen();
        }
        Node node;
        try {
            node = Node.start(config).toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.error("cannot start: {}", reason(e));
            return 1;
        }
        announce(config, node);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "stop"));
        awaitReady(node);
        if (reloads != null) {
            reloads.serve(node);
        }
        new CountDownLatch(1).await();
        return 0;
    }

    private static Object reason(Exception e) {
        Throwable cause = e.getCause();
        if (cause instanceof CannotJoinException
                || cause instanceof TimeoutException
                || cause instanceof UnusableTlsException) {
            return String.valueOf(cause.getMessage());
        }
        return cause == null ? "took too long" : cause;
    }

    private static void announce(NodeConfig config, Node node) {
        String scheme = config.http().tls() == null ? "" : "s";
        log.info("millipede {} takes up to {} connections", Version.name(), node.connectionLimit());
        String address = node.clusterAddress();
        if (address != null) {
            log.info("cluster: {}", address);
        }
        List<Integer> ports = node.publicPorts();
        for (int i = 0; i < ports.size(); i++) {
            ListenAddress at = new ListenAddress(config.http().listen().get(i).host(), ports.get(i));
            log.info("clients: ws{}://{}{}", scheme, at, config.websocket().path());
        }
        log.info(
                "API, metrics, health: http{}://{}:{}/",
                config.internal().tls() != null || (config.sharesPublicListener() && !scheme.isEmpty()) ? "s" : "",
                config.internal().host(),
                node.internalPort());
        if (config.development()) {
            log.warn("development mode: whoever reaches this port can be anybody; run with --config for anything else");
            String host = config.http().listen().get(0).host();
            log.info("open http://{}/ in two tabs", new ListenAddress(host, ports.get(0)));
        }
    }

    /** What may be missing is the backplane, and it says why. */
    private static void awaitReady(Node node) throws InterruptedException {
        for (int i = 0; !node.isReady(); i++) {
            if (i == READY_LOOKS) {
                log.warn("started, and not ready before the backplane is");
            }
            Thread.sleep(READY_LOOK_MILLIS);
        }
        log.info("ready");
    }

    /** Ends the process with a code of ours: by itself the JVM would say which signal ended it. */
    private static void stop(Node node) {
        haltAfter(STOP_SECONDS + HALT_SECONDS);
        int code = 0;
        log.info("stopping");
        try {
            node.stop().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
            log.info("stopped");
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            log.error("did not stop cleanly", e);
            code = 1;
        }
        Runtime.getRuntime().halt(code);
    }

    /** For a stop that comes to no end of its own: one whose log is not taken any more hangs before it has begun. */
    private static void haltAfter(long seconds) {
        Thread halt = new Thread(
                () -> {
                    try {
                        TimeUnit.SECONDS.sleep(seconds);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    Runtime.getRuntime().halt(1);
                },
                "halt");
        halt.setDaemon(true);
        halt.start();
    }
}
