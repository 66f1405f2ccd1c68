package dev.millipede.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.InternalPort;
import dev.millipede.support.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What deploy/kubernetes relies on: one name that stands for the addresses of all nodes is enough to find them. */
final class OneNameForAllNodesIT {
    private static final String NAME = "millipede-nodes";
    private static final List<String> ADDRESSES = List.of("127.0.0.61", "127.0.0.62", "127.0.0.63");

    @TempDir
    private Path directory;

    @Test
    void nodesFindEachOtherByOneNameThatStandsForAllOfThem() throws IOException {
        Path hosts = directory.resolve("hosts");
        Files.write(
                hosts, ADDRESSES.stream().map(address -> address + ' ' + NAME).toList());
        List<NodeProcess> nodes = new ArrayList<>();
        try {
            for (String address : ADDRESSES) {
                nodes.add(NodeProcess.start(Map.of(
                        "JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts,
                        "MILLIPEDE_HTTP_PORT", "0",
                        "MILLIPEDE_INTERNAL_PORT", "0",
                        "MILLIPEDE_BACKPLANE_TYPE", "redis",
                        "MILLIPEDE_BACKPLANE_REDIS_URI", "redis://127.0.0.1:1",
                        "MILLIPEDE_CLUSTER_ENABLED", "true",
                        "MILLIPEDE_CLUSTER_HOST", address,
                        "MILLIPEDE_CLUSTER_MEMBERS", NAME)));
            }
            for (NodeProcess node : nodes) {
                String line = node.awaitLog("API, metrics, health: http://");
                int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1, line.lastIndexOf('/')));

                assertThat(Eventually.within(
                                Duration.ofSeconds(30),
                                () -> new InternalPort(port).metric("millipede_cluster_nodes"),
                                known -> known == ADDRESSES.size()))
                        .isEqualTo(ADDRESSES.size());
            }
        } finally {
            nodes.forEach(NodeProcess::close);
        }
    }
}
