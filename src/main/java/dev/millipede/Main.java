package dev.millipede;

import java.time.InstantSource;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The command line. Exit codes: 0 done, 1 failed, 2 bad configuration or usage.
 */
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
    private Main() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine(System.getenv()).execute(args.length == 0 ? new String[] {"serve"} : args));
    }
}
