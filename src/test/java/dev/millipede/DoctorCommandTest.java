package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.FakeHost;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoctorCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("doctor"));
        all.addAll(List.of(arguments));
        return Main.commandLine(environment)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }

    private FakeHost host() {
        return new FakeHost(folder.resolve("host"));
    }

    private JsonObject json(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("--json", "--root", host().nofile("1024", "1024").root().toString()));
        all.addAll(List.of(arguments));
        assertThat(run(environment, all.toArray(String[]::new))).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        return new JsonObject(out.toString());
    }

    private static JsonObject wall(JsonObject verdict, String name) {
        return verdict.getJsonArray("walls").stream()
                .map(JsonObject.class::cast)
                .filter(wall -> wall.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void asJsonItIsOneLineWithTheFirstWallFirst() {
        JsonObject verdict = json(Map.of(), "--heap", "8g", "--connections", "100000");

        assertThat(verdict.fieldNames()).containsExactly("connections", "walls", "notes");
        assertThat(verdict.getLong("connections")).isEqualTo(896);
        JsonArray walls = verdict.getJsonArray("walls");
        assertThat(walls.getJsonObject(0).fieldNames()).containsExactly("name", "limit", "connections", "fix");
        assertThat(walls.getJsonObject(0).getString("name")).isEqualTo("nofile");
        assertThat(walls.getJsonObject(0).getLong("limit")).isEqualTo(1024);
        assertThat(walls.getJsonObject(0).getLong("connections")).isEqualTo(896);
        assertThat(walls.getJsonObject(0).getString("fix")).contains("LimitNOFILE=105472");
        assertThat(walls.stream().map(wall -> ((JsonObject) wall).getLong("connections")))
                .isSorted();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void forPeopleTheFirstWallStandsAloneWithItsFix() {
        host().nofile("1024", "1024").set("proc/sys/net/core/somaxconn", "128");

        assertThat(run(
                        Map.of(),
                        "--heap",
                        "8GiB",
                        "--connections",
                        "100000",
                        "--root",
                        folder.resolve("host").toString()))
                .isZero();
        assertThat(out.toString().lines())
                .startsWith(
                        "This host (Linux 6.1.0-test) holds 896 connections with development mode.",
                        "",
                        "First wall",
                        "          896  nofile = 1024",
                        "               open files of one process, of which 128 are kept for all but connections")
                .contains(
                        "Then",
                        "    2,040,444  memory = 17179869184",
                        "Not walls, but wrong",
                        "    fix: scripts/tune-linux.sh apply --connections 100000",
                        "To know");
    }

    @Test
    void theConfigurationCounts() throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), """
                {"http": {"listen": ["127.0.0.1:8000", "127.0.0.1:40000"], "backlog": 65535},
                 "auth": {"anonymous": true}, "websocket": {"maxConnections": 500, "descriptorReserve": 24}}""");

        JsonObject verdict = json(Map.of(), "--config", file.toString(), "--balancer-addresses", "2");

        assertThat(verdict.getLong("connections")).isEqualTo(500);
        assertThat(wall(verdict, "nofile").getLong("connections")).isEqualTo(1000);
        assertThat(wall(verdict, "balancer.ports").getLong("connections")).isEqualTo(2 * 2 * 28_232);
        assertThat(verdict.getJsonArray("notes").encode()).contains("our port 40000 lies among");
    }

    @Test
    void theEnvironmentCounts() {
        assertThat(json(Map.of("MILLIPEDE_WEBSOCKET_MAXCONNECTIONS", "77")).getLong("connections"))
                .isEqualTo(77);
    }

    @Test
    void aBadConfigurationEndsWithTwo() throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"http\": {\"port\": 70000}}");

        assertThat(run(Map.of(), "--config", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("http.port").contains("must be between 0 and 65535");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--heap=x", "--heap=0", "--balancer-addresses=-1", "--connections=0", "--frobnicate"})
    void whatMakesNoSenseEndsWithTwo(String argument) {
        assertThat(run(Map.of(), argument)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"33554432t", "1025t", "999999999g"})
    void aSizeThatNoMachineHasIsSaidToBeTooLarge(String size) {
        assertThat(run(Map.of(), "--heap", size)).isEqualTo(2);
        assertThat(err.toString()).contains("'" + size + "' is too large");
    }

    @Test
    void aRedisThatIsNotThereIsALineAndNoFailure() {
        JsonObject verdict = json(Map.of(
                "MILLIPEDE_BACKPLANE_TYPE",
                "redis",
                "MILLIPEDE_BACKPLANE_REDIS_URI",
                "unix://" + folder.resolve("nothing")));

        assertThat(verdict.getLong("connections")).isEqualTo(896);
        assertThat(verdict.getJsonArray("notes").encode()).contains("its limits are not known: ");
    }

    @Test
    void whereThereIsNoLinuxItSaysSo() {
        assertThat(run(Map.of(), "--root", folder.toString(), "--heap", "1g")).isZero();

        assertThat(out.toString())
                .startsWith("This host (not Linux) holds 245,760 connections")
                .contains("nothing of the kernel is known");
    }
}
