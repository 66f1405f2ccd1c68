package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.auth.Authenticators;
import dev.millipede.auth.Identity;
import dev.millipede.auth.TokenVerdict;
import dev.millipede.auth.TokenVerdict.Valid;
import dev.millipede.metrics.Metrics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TokenCommandTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final long NOW = 1_800_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(NOW));
    private static final Map<String, String> WITH_SECRET = Map.of(TokenCommand.SECRET_VARIABLE, SECRET);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void oneUserGetsOneLineThatVerifies() {
        assertThat(run(WITH_SECRET, "--user", "ann")).isZero();

        assertThat(lines()).hasSize(1);
        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("ann", NOW + 86_400));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void manyUsersGetOneLineEach() {
        assertThat(run(WITH_SECRET, "--count", "15000", "--ttl", "0")).isZero();

        assertThat(lines()).hasSize(15_000).doesNotHaveDuplicates();
        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("u0", 0));
        assertThat(verify(SECRET, lines().get(14_999))).isEqualTo(valid("u14999", 0));
    }

    @Test
    void numberedUsersMayHaveAPrefix() {
        assertThat(run(WITH_SECRET, "--count", "2", "--prefix", "bot-")).isZero();

        assertThat(lines()).hasSize(2);
        assertThat(verify(SECRET, lines().get(1))).isEqualTo(valid("bot-1", NOW + 86_400));
    }

    @ParameterizedTest
    @CsvSource({"90s, 90", "30m, 1800", "24h, 86400", "7d, 604800"})
    void timesHaveAUnit(String ttl, long seconds) {
        assertThat(run(WITH_SECRET, "--user", "ann", "--ttl", ttl)).isZero();

        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("ann", NOW + seconds));
    }

    @Test
    void theAnonymousUserIsTheEmptyName() {
        assertThat(run(WITH_SECRET, "--user", "", "--ttl", "0")).isZero();

        assertThat(verify(SECRET, lines().get(0))).isEqualTo(valid("", 0));
    }

    @Test
    void theSecretComesFromTheOptionThenTheEnvironmentThenTheFile() throws Exception {
        Path config = Files.writeString(
                folder.resolve("node.json"),
                "{\"http\":{\"port\":\"wrong\"},\"auth\":{\"hmacSecret\":\"of the file\"}}");

        run(WITH_SECRET, "--user", "ann", "--config", config.toString(), "--secret", "of the option");
        run(WITH_SECRET, "--user", "ann", "--config", config.toString());
        run(Map.of(), "--user", "ann", "--config", config.toString());

        assertThat(verify("of the option", lines().get(0))).isInstanceOf(Valid.class);
        assertThat(verify(SECRET, lines().get(1))).isInstanceOf(Valid.class);
        assertThat(verify("of the file", lines().get(2))).isInstanceOf(Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"auth\":{}}",
                "{\"auth\":{\"hmacSecret\":\"\"}}",
                "{\"auth\":{\"hmacSecret\":7}}",
                "{\"auth\":[]}"
            })
    void withoutASecretItSaysWhereToPutOne(String json) throws Exception {
        Path config = Files.writeString(folder.resolve("node.json"), json);

        assertThat(run(Map.of(), "--user", "ann", "--config", config.toString()))
                .isEqualTo(2);
        assertThat(run(Map.of(), "--user", "ann")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("no secret", TokenCommand.SECRET_VARIABLE, "--config"));
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws Exception {
        Path config = Files.writeString(folder.resolve("node.json"), "{\"auth\":");
        Path missing = folder.resolve("missing.json");

        assertThat(run(Map.of(), "--user", "ann", "--config", config.toString()))
                .isEqualTo(2);
        assertThat(run(Map.of(), "--user", "ann", "--config", missing.toString()))
                .isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).contains(config + " is not a JSON object", "cannot read " + missing);
    }

    @Test
    void badCommandLinesExitWithTwoAndPrintNothing() {
        assertThat(run(WITH_SECRET)).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--count", "3")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--prefix", "x")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--count", "0")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--count", "many")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "two words")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--count", "1", "--prefix", "\u00fc")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--ttl", "24")).isEqualTo(2);
        assertThat(run(WITH_SECRET, "--user", "ann", "--ttl", "-1h")).isEqualTo(2);

        assertThat(out.toString()).isEmpty();
    }

    @Test
    void helpNamesTheOptionsAndNeverASecret() {
        assertThat(run(WITH_SECRET, "--help")).isZero();

        assertThat(out.toString())
                .contains(
                        "--user", "--count", "--prefix", "--ttl", "--config", "--secret", TokenCommand.SECRET_VARIABLE)
                .doesNotContain(SECRET);
    }

    private int run(Map<String, String> environment, String... args) {
        return new CommandLine(new TokenCommand(environment, CLOCK))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    private static TokenVerdict verify(String secret, String token) {
        return Authenticators.of(secret, false, CLOCK, new Metrics(List.of(), 0))
                .identify(token)
                .result();
    }

    private static TokenVerdict valid(String user, long expiresAt) {
        return new Valid(
                new Identity(user, null, expiresAt),
                List.of(),
                "",
                CLOCK.instant().getEpochSecond());
    }
}
