package dev.millipede;

import dev.millipede.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code config}: prints the default configuration, or checks a file. Exit codes 0 and 2. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the full default configuration file, or checks one.",
            "A FILE is checked together with the MILLIPEDE_* variables of the environment."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:printed, or FILE is valid", "2:FILE has problems"})
public final class ConfigCommand implements Callable<Integer> {
    private static final String DEFAULT_FILE = "/conf/default.json";

    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The configuration file to check.")
    private @Nullable Path file;

    /** Checks files together with the environment of this process. */
    public ConfigCommand() {
        this(System.getenv());
    }

    ConfigCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("to be run by picocli");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (file == null) {
            out.print(defaultFile());
            out.flush();
            return 0;
        }
        return check(file, out, spec.commandLine().getErr());
    }

    private int check(Path checked, PrintWriter out, PrintWriter err) {
        try {
            NodeConfig config = NodeConfig.load(checked, environment);
            out.println(checked + " is valid");
            config.warnings().forEach(warning -> out.println("  warning: " + warning));
            out.flush();
            return 0;
        } catch (ConfigException e) {
            err.println(e.getMessage());
            err.flush();
            return 2;
        }
    }

    private static String defaultFile() throws IOException {
        try (InputStream stream = ConfigCommand.class.getResourceAsStream(DEFAULT_FILE)) {
            if (stream == null) {
                throw new IOException(DEFAULT_FILE + " is not in the jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
