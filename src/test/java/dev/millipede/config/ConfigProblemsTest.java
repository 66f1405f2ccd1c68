package dev.millipede.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigProblemsTest {
    private static final int MIB = 1 << 20;

    @Test
    void allProblemsAreOneAlignedText() {
        ConfigProblems problems = new ConfigProblems();
        ConfigCursor root = ConfigCursor.root(new JsonObject("""
                        {"websocket": {"idleTimeout": "60", "outboxLimit": "1KiB"}, "backplane": {"redis": {"urI": "redis://:hunter2@host"}}}
                        """), Map.of(), problems);
        ConfigCursor websocket = root.section("websocket");
        websocket.duration("idleTimeout", Duration.ofSeconds(25), Duration.ofSeconds(1), Duration.ofHours(1));
        websocket.size("outboxLimit", MIB, MIB / 64, 64 * MIB);
        root.section("backplane").section("redis").secret("uri", "redis://127.0.0.1:6379");
        root.rejectUnknown();

        assertThat(problems.render("conf/production.json")).isEqualTo("""
                        conf/production.json has 3 problems
                          websocket.idleTimeout   "60"      not a duration, write for example "60s"
                          websocket.outboxLimit   "1KiB"    must be between 16KiB and 64MiB
                          backplane.redis.urI               unknown key, did you mean "uri"?""");
    }

    @Test
    void oneProblemWithoutAValueLeavesNoColumnForIt() {
        ConfigProblems problems = new ConfigProblems();
        problems.add("htp", "", "unknown key");

        assertThat(problems.render("x.json")).isEqualTo("x.json has 1 problem\n  htp   unknown key");
    }

    @Test
    void theExceptionCarriesEveryProblem() {
        ConfigProblems problems = new ConfigProblems();
        problems.throwIfAny("x.json");
        problems.add("a", "1", "wrong");
        problems.add("b", "2", "wrong");
        problems.add("b", "2", "wrong");

        assertThatThrownBy(() -> problems.throwIfAny("x.json"))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        new ConfigProblem("a", "1", "wrong"), new ConfigProblem("b", "2", "wrong")))
                .hasMessageStartingWith("x.json has 2 problems");
    }
}
