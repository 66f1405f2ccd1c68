package dev.millipede;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.config.ConfigException;
import dev.millipede.config.ConfigFile;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** The text of a configuration file: a configuration, or {@link ConfigException} that says what is wrong and no secret. */
class NodeConfigFuzzTest {
    private static final String SECRET = "s3cr3t-of-the-tokens-0123456789abcdef";
    private static final Map<String, String> ENVIRONMENT = Map.of("MILLIPEDE_AUTH_HMACSECRET", SECRET);

    @FuzzTest
    void aTextIsAConfigurationOrSaysWhatIsWrong(byte[] bytes) {
        String text = new Input(bytes).text();
        if (text.contains("s3cr3t") || text.contains("\\u00")) {
            // The fuzzer sees what is compared, and so comes to know the secret.
            return;
        }
        JsonObject json;
        try {
            json = ConfigFile.parse("a file", text);
        } catch (ConfigException e) {
            says(e);
            return;
        }
        try {
            NodeConfig config = NodeConfig.read(json, ENVIRONMENT);
            Held.that(!config.toString().contains(SECRET), "a secret in the text of a configuration");
            Held.that(config.equals(NodeConfig.read(json, ENVIRONMENT)), "read twice, and different");
            config.warnings().forEach(warning -> Held.that(!warning.contains(SECRET), "a secret in a warning"));
        } catch (ConfigException e) {
            says(e);
        }
    }

    private static void says(ConfigException problems) {
        String message = String.valueOf(problems.getMessage());
        Held.that(message.contains("\n") && !message.contains(SECRET), message);
    }
}
