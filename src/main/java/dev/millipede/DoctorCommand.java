package dev.millipede;

import dev.millipede.backplane.BackplaneConfig;
import dev.millipede.backplane.redis.RedisLimits;
import dev.millipede.config.ConfigException;
import dev.millipede.os.Asked;
import dev.millipede.os.Host;
import dev.millipede.os.HostFacts;
import dev.millipede.os.RedisFacts;
import dev.millipede.os.Verdict;
import dev.millipede.websocket.ListenAddress;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code doctor}: how many connections this host holds with a configuration, and what stops it first. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = PlanCommand.class,
        description = {
            "Says how many connections this host holds with a configuration, what stops it first, what to do about that, and what comes next.",
            "Run it as the node is run: by the same user, in the same unit or container, with the same Java options.",
            "Without --config it judges development mode."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:judged, whatever the verdict", "2:the configuration has problems"})
final class DoctorCommand implements Callable<Integer> {
    private static final long REDIS_MILLIS = 2_000;

    /** More than a deadline of Redis and the start of what asks it. */
    private static final long ASK_SECONDS = 10;

    /** A secret that no node uses: development mode has one of its own at each start. */
    private static final String NO_SECRET = "0123456789abcdef0123456789abcdef";

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "The node's configuration file.")
    private @Nullable Path file;

    @Option(names = "--json", description = "Prints one line of JSON.")
    private boolean json;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "What the fixes are sized for. Default: what the memory is enough for.")
    private @Nullable Long wanted;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "The node's -Xmx, 512MiB or 4g. Default: the heap of this command.")
    private @Nullable Long heap;

    @Option(
            names = "--balancer-addresses",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Source addresses that balancers connect from; 0 = clients come directly. Default: ${DEFAULT-VALUE}")
    private int balancerAddresses;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "/",
            description = "Reads DIR/proc and DIR/sys, a copy of another host's. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private Path root;

    DoctorCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        requireSensible();
        NodeConfig config;
        try {
            config = file == null ? NodeConfig.development(NO_SECRET, environment) : NodeConfig.load(file, environment);
        } catch (ConfigException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(e.getMessage());
            err.flush();
            return 2;
        }
        HostFacts facts = Host.read(root);
        Verdict verdict = Verdict.of(facts, asked(config));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(DoctorReport.json(verdict).encode());
        } else {
            DoctorReport.print(verdict, facts, file == null ? "development mode" : file.toString(), out);
        }
        out.flush();
        return 0;
    }

    private void requireSensible() {
        if (balancerAddresses < 0 || (wanted != null && wanted < 1) || (heap != null && heap < 1)) {
            throw new ParameterException(spec.commandLine(), "numbers must not be negative");
        }
    }

    private Asked asked(NodeConfig config) throws InterruptedException {
        return new Asked(
                config.websocket().maxConnections(),
                config.websocket().descriptorReserve(),
                Foundation.instances(config.websocket()),
                config.websocket().deliveryBudget(),
                heap == null ? Runtime.getRuntime().maxMemory() : heap,
                config.http().backlog(),
                config.http().listen().stream().map(ListenAddress::port).toList(),
                otherPorts(config),
                balancerAddresses,
                wanted == null ? OptionalLong.empty() : OptionalLong.of(wanted),
                config.backplane().type() == BackplaneConfig.Type.REDIS
                        ? Optional.of(askRedis(config.backplane()))
                        : Optional.empty());
    }

    private static List<Integer> otherPorts(NodeConfig config) {
        List<Integer> ports = new ArrayList<>(List.of(config.internal().port()));
        if (config.cluster().enabled()) {
            ports.add(config.cluster().port());
            ports.add(config.cluster().effectiveBusPort());
        }
        return ports;
    }

    private static RedisFacts askRedis(BackplaneConfig backplane) throws InterruptedException {
        // Unix sockets need the native transport.
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        try {
            RedisLimits limits = RedisLimits.ask(vertx, backplane.redis(), REDIS_MILLIS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(ASK_SECONDS, TimeUnit.SECONDS);
            boolean all = limits.maxClients().isPresent()
                    && limits.clients().isPresent()
                    && limits.outputLimit().isPresent();
            return new RedisFacts(
                    limits.maxClients(),
                    limits.clients(),
                    limits.outputLimit(),
                    all ? "" : "its limits are not known: our user may not ask, ACL SETUSER … +config|get +info");
        } catch (ExecutionException | TimeoutException e) {
            return new RedisFacts(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), unknown(e));
        } finally {
            vertx.close();
        }
    }

    private static String unknown(Exception failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return "its limits are not known: "
                + (cause instanceof TimeoutException
                        ? "it does not answer within " + REDIS_MILLIS / 1000 + " s"
                        : Objects.requireNonNullElse(
                                cause.getMessage(), cause.getClass().getSimpleName()));
    }
}
