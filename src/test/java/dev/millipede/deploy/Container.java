package dev.millipede.deploy;

import dev.millipede.NodeConfig;
import dev.millipede.os.Asked;
import dev.millipede.os.Host;
import dev.millipede.os.Verdict;
import dev.millipede.support.FakeHost;
import dev.millipede.websocket.ListenAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A container of our image on a large host.
 *
 * @param memory its limit, in bytes
 * @param options of its JVM besides those of the image
 */
record Container(long memory, String options) {
    private static final Pattern HEAP = Pattern.compile("-XX:MaxRAMPercentage=(\\d+)");
    private static final Pattern CORES = Pattern.compile("-XX:ActiveProcessorCount=(\\d+)");
    private static final Pattern SIZE = Pattern.compile("(\\d+)(Mi|Gi|m|g)");

    /** As Kubernetes ({@code 2Gi}) or Compose ({@code 1g}) writes it; in bytes. */
    static long bytes(String size) {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.matches()) {
            throw new AssertionError(size + " is no size");
        }
        return Long.parseLong(matcher.group(1)) << (matcher.group(2).startsWith("M") || size.endsWith("m") ? 20 : 30);
    }

    /** What {@code doctor} says in it of a node before that starts. */
    Verdict verdict(NodeConfig node, Path scratch) throws IOException {
        FakeHost host = new FakeHost(scratch)
                .nofile("1048576", "1048576")
                .set("sys/fs/cgroup/memory.max", Long.toString(memory))
                .set("sys/fs/cgroup/memory.current", "0");
        long heap = memory * number(HEAP, Files.readString(Path.of("Dockerfile"))) / 100;
        return Verdict.of(
                Host.read(host.root()),
                new Asked(
                        node.websocket().maxConnections(),
                        node.websocket().descriptorReserve(),
                        number(CORES, options),
                        node.websocket().deliveryBudget(),
                        heap,
                        node.http().backlog(),
                        node.http().listen().stream().map(ListenAddress::port).toList(),
                        List.of(),
                        0,
                        OptionalLong.empty(),
                        Optional.empty()));
    }

    private static int number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return Integer.parseInt(matcher.group(1));
    }
}
