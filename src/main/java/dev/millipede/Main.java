package dev.millipede;

import dev.millipede.tls.TlsMaterial;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. Exit codes: 0 done, 1 failed, 2 bad configuration or usage. */
@Command(
        name = "millipede",
        mixinStandardHelpOptions = true,
        versionProvider = Main.JarVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "A WebSocket gateway: a message from any backend or user to any user, room or everybody.",
        footer = {
            "",
            "Without a command it serves: java -jar millipede.jar --config FILE is short for … serve --config FILE."
        })
public final class Main {
    private static final List<String> OWN_OPTIONS = List.of("-h", "--help", "-V", "--version");

    private Main() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] args) {
        TlsMaterial.refuseRenegotiation();
        System.exit(commandLine(System.getenv()).execute(withCommand(args)));
    }

    /** What is not a command and not about the command line itself belongs to {@code serve}. */
    static String[] withCommand(String... args) {
        if (args.length > 0 && (!args[0].startsWith("-") || OWN_OPTIONS.contains(args[0]))) {
            return args;
        }
        List<String> served = new ArrayList<>(List.of("serve"));
        served.addAll(List.of(args));
        return served.toArray(String[]::new);
    }

    /** All commands, reading these environment variables. */
    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main())
                .addSubcommand(new ServeCommand(environment))
                .addSubcommand(new ConfigCommand(environment))
                .addSubcommand(new TokenCommand(environment, InstantSource.system()))
                .addSubcommand(new DoctorCommand(environment));
    }

    /** What {@code --version} prints. */
    static final class JarVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"millipede " + Version.name()};
        }
    }
}
