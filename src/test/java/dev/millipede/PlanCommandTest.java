package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("doctor", "plan"));
        all.addAll(List.of(arguments));
        return Main.commandLine(Map.of())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }

    @Test
    void forPeopleEachNeedIsALine() {
        assertThat(run("--connections", "10000000", "--rate", "50000")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "nodes       7 hosts with 16 GiB and 4 cores: memory asks for 6, CPU for 4, and one may be lost",
                        "each        1,666,667 connections (while one node is lost), -Xmx6575m, LimitNOFILE=1755136",
                        "memory      13.1 GiB each: heap 6.4 GiB, kernel 6.4 GiB; in all 91.4 GiB",
                        "CPU         2.4 cores for 50,000 deliveries/s, 4.9 for pings, of 28 there are",
                        "network     17.2 Mbit/s out of each node",
                        "Redis       2 of one core each, 0.51 busy with 50,000 publications/s; 1.9 GiB for a channel of each"
                                + " connection's own; this version uses one, which would be 51 % busy",
                        "balancers   none: clients bring ports of their own; behind balancers tuned with --balancer each"
                                + " node needs 31 source address x listener",
                        "back after  38 s when a node is lost, 225 s when all connections are, all cores busy with it");
    }

    @Test
    void asJsonItIsOneLine() {
        assertThat(run("--connections", "1000000", "--memory", "32g", "--balancer-addresses", "4", "--json"))
                .isZero();

        JsonObject plan = new JsonObject(out.toString());
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(plan.getLong("nodes")).isEqualTo(2);
        assertThat(plan.getLong("tuplesPerNode")).isEqualTo(19);
        assertThat(plan.getLong("listenersPerNode")).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--connections=0",
                "--connections=5 --fanout=6",
                "--connections=5 --rate=-1",
                "--connections=5 --cores=0",
                "--connections=5 --memory=1GiB",
                "--connections=5 --balancer-addresses=-1",
                "--rate=5"
            })
    void whatMakesNoSenseEndsWithTwo(String arguments) {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("--");
    }
}
