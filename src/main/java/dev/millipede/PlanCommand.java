package dev.millipede;

import dev.millipede.os.Load;
import dev.millipede.os.Plan;
import dev.millipede.os.Sizes;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code doctor plan}: how many nodes a number of connections needs, and of what else how much. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says how many hosts a number of connections needs, with what memory and CPU, and what else: Redis, the balancers' addresses, the time to come back.",
            "docs/operations.md, \"Sizing\", has each formula, where its constants were measured, and how far off they are."
        })
final class PlanCommand implements Callable<Integer> {
    private static final long MOST_CONNECTIONS = 1_000_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--connections",
            required = true,
            paramLabel = "N",
            description = "Connections open at once, in all.")
    private long connections;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = "Publications a second, in all. Default: ${DEFAULT-VALUE}")
    private long rate;

    @Option(
            names = "--fanout",
            paramLabel = "F",
            defaultValue = "1",
            description = "Connections that a publication reaches, on average. Default: ${DEFAULT-VALUE}")
    private long fanout;

    @Option(
            names = "--payload",
            paramLabel = "SIZE",
            defaultValue = "128",
            converter = ByteSize.class,
            description = "Of a publication. Default: ${DEFAULT-VALUE} bytes")
    private long payload;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "16GiB",
            converter = ByteSize.class,
            description = "Of each host. Default: ${DEFAULT-VALUE}")
    private long memory;

    @Option(
            names = "--cores",
            paramLabel = "C",
            defaultValue = "4",
            description = "Of each host. Default: ${DEFAULT-VALUE}")
    private int cores;

    @Option(
            names = "--balancer-addresses",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Source addresses that balancers connect from; 0 = clients come directly. Default: ${DEFAULT-VALUE}")
    private int balancerAddresses;

    @Option(names = "--json", description = "Prints one line of JSON.")
    private boolean json;

    @Override
    public Integer call() {
        requireSensible();
        Load load = new Load(connections, rate, payload, fanout, memory, cores, balancerAddresses);
        Plan plan = Plan.of(load);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(plan).encode());
        } else {
            print(load, plan, out);
        }
        out.flush();
        return 0;
    }

    private void requireSensible() {
        require(connections >= 1 && connections <= MOST_CONNECTIONS, "--connections must be between 1 and 1000000000");
        require(rate >= 0 && rate <= MOST_CONNECTIONS, "--rate must be between 0 and 1000000000");
        require(fanout >= 1 && fanout <= connections, "--fanout must be between 1 and --connections");
        require(payload <= 16 << 20, "--payload must be at most 16MiB");
        require(cores >= 1 && cores <= 1024, "--cores must be between 1 and 1024");
        require(balancerAddresses >= 0, "--balancer-addresses must not be negative");
        require(Plan.connectionsOf(memory, cores) >= 1, "--memory is too small for a node");
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private static JsonObject json(Plan plan) {
        return new JsonObject()
                .put("nodes", plan.nodes())
                .put("connectionsPerNode", plan.connectionsPerNode())
                .put("heapPerNode", plan.heapPerNode())
                .put("kernelPerNode", plan.kernelPerNode())
                .put("memoryPerNode", plan.memoryPerNode())
                .put("memory", plan.nodes() * plan.memoryPerNode())
                .put("nofilePerNode", plan.nofilePerNode())
                .put("publicationCores", rounded(plan.publicationCores()))
                .put("pingCores", rounded(plan.pingCores()))
                .put("bitsPerNode", Math.round(plan.bitsPerNode()))
                .put("redisShards", plan.redisShards())
                .put("redisCores", rounded(plan.redisCores()))
                .put("redisMemory", plan.redisMemory())
                .put("tuplesPerNode", plan.tuples())
                .put("listenersPerNode", plan.listeners())
                .put("nodeLossSeconds", rounded(plan.nodeLossSeconds()))
                .put("allLossSeconds", rounded(plan.allLossSeconds()));
    }

    private static double rounded(double number) {
        return Math.round(number * 100) / 100.0;
    }

    private static void print(Load load, Plan plan, PrintWriter out) {
        line(
                out,
                "nodes",
                "%,d hosts with %s and %d cores: memory asks for %,d, CPU for %,d, and one may be lost",
                plan.nodes(),
                Sizes.show(load.memory()),
                load.cores(),
                plan.byMemory(),
                plan.byCpu());
        line(
                out,
                "each",
                "%,d connections (while one node is lost), -Xmx%dm, LimitNOFILE=%d",
                plan.connectionsPerNode(),
                plan.heapPerNode() >> 20,
                plan.nofilePerNode());
        line(
                out,
                "memory",
                "%s each: heap %s, kernel %s; in all %s",
                Sizes.show(plan.memoryPerNode()),
                Sizes.show(plan.heapPerNode()),
                Sizes.show(plan.kernelPerNode()),
                Sizes.show(plan.nodes() * plan.memoryPerNode()));
        line(
                out,
                "CPU",
                "%.1f cores for %,d deliveries/s, %.1f for pings, of %,d there are",
                plan.publicationCores(),
                load.rate() * load.fanout(),
                plan.pingCores(),
                plan.nodes() * load.cores());
        line(out, "network", "%.1f Mbit/s out of each node", plan.bitsPerNode() / 1e6);
        line(
                out,
                "Redis",
                "%,d of one core each, %.2f busy with %,d publications/s; %s for a channel of each connection's own%s",
                plan.redisShards(),
                plan.redisCores(),
                load.rate(),
                Sizes.show(plan.redisMemory()),
                plan.redisShards() > 1
                        ? String.format(
                                Locale.ROOT,
                                "; this version uses one, which would be %.0f %% busy",
                                100 * plan.redisCores())
                        : "");
        line(
                out,
                "balancers",
                load.balancerAddresses() == 0
                        ? "none: clients bring ports of their own; behind balancers tuned with --balancer each node needs %,d source address x listener"
                        : "each node needs %,d source address x listener: with %d source addresses %,d listeners (balancers tuned with --balancer)",
                plan.tuples(),
                load.balancerAddresses(),
                plan.listeners());
        line(
                out,
                "back after",
                "%.0f s when a node is lost, %.0f s when all connections are, all cores busy with it",
                Math.ceil(plan.nodeLossSeconds()),
                Math.ceil(plan.allLossSeconds()));
    }

    private static void line(PrintWriter out, String name, String format, Object... values) {
        out.printf("%-11s %s%n", name, String.format(Locale.ROOT, format, values));
    }
}
