package dev.millipede;

import dev.millipede.auth.TokenMint;
import dev.millipede.channel.Channel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code millipede token}: prints connection tokens for development, one a line and nothing else. */
@Command(
        name = "token",
        sortOptions = false,
        description = "Prints connection tokens (JWT, HS256) for development, one a line.",
        footer = {
            "",
            "The secret is taken from --secret, else from the environment variable",
            "MILLIPEDE_AUTH_HMACSECRET, else from auth.hmacSecret in the file of --config.",
            "",
            "Examples:",
            "  millipede token --user ann --config node.json",
            "  millipede token --count 15000 --ttl 1h > tokens.txt"
        })
final class TokenCommand implements Callable<Integer> {
    static final String SECRET_VARIABLE = "MILLIPEDE_AUTH_HMACSECRET";
    private static final int BAD_CONFIG = 2;

    private final Map<String, String> environment;
    private final InstantSource clock;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Users users;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "24h",
            converter = Seconds.class,
            description = "How long a token is good for: 90s, 30m, 24h, 7d; 0 for ever. Default: ${DEFAULT-VALUE}")
    private long ttl;

    @Option(names = "--config", paramLabel = "FILE", description = "The node's configuration file.")
    private @Nullable Path config;

    @Option(
            names = "--secret",
            paramLabel = "SECRET",
            description = "The HMAC secret. Other users of this machine may see it; prefer the other ways.")
    private @Nullable String secret;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    /** One user by name, or many by number. */
    private static final class Users {
        @Option(
                names = "--user",
                required = true,
                paramLabel = "NAME",
                description = "The user's id; \"\" for the anonymous user.")
        private @Nullable String name;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private @Nullable Numbered numbered;
    }

    private static final class Numbered {
        @Option(
                names = "--count",
                required = true,
                paramLabel = "N",
                description = "Prints tokens of N users: u0, u1, u2 and so on.")
        private int count;

        @Option(
                names = "--prefix",
                paramLabel = "TEXT",
                defaultValue = "u",
                description = "What stands before the number with --count. Default: ${DEFAULT-VALUE}")
        private String prefix = "u";
    }

    TokenCommand() {
        this(System.getenv(), InstantSource.system());
    }

    TokenCommand(Map<String, String> environment, InstantSource clock) {
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * Prints the tokens.
     *
     * @return 0, or 2 when there is no secret or a user id cannot be one
     */
    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            print(new TokenMint(findSecret(), clock));
            return 0;
        } catch (BadInputException e) {
            err.println("millipede token: " + e.getMessage());
            return BAD_CONFIG;
        }
    }

    private void print(TokenMint mint) throws BadInputException {
        PrintWriter out = spec.commandLine().getOut();
        Numbered numbered = users.numbered;
        if (numbered == null) {
            String user = users.name == null ? "" : users.name;
            requireUser(user);
            out.println(mint.mint(user, ttl, null));
        } else if (numbered.count < 1) {
            throw new BadInputException("--count must be at least 1");
        } else {
            requireUser(numbered.prefix + numbered.count);
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < numbered.count; i++) {
                lines.append(mint.mint(numbered.prefix + i, ttl, null)).append('\n');
            }
            out.print(lines);
        }
        out.flush();
    }

    private static void requireUser(String user) throws BadInputException {
        if (!user.isEmpty() && !Channel.isValid("user:" + user)) {
            throw new BadInputException(
                    "a user id is at most 250 printable ASCII characters without space, as it names a channel");
        }
    }

    private String findSecret() throws BadInputException {
        String found = secret != null ? secret : environment.get(SECRET_VARIABLE);
        if (found == null && config != null) {
            found = secretIn(config);
        }
        if (found == null || found.isEmpty()) {
            throw new BadInputException("no secret: set " + SECRET_VARIABLE
                    + ", or give --secret, or --config with a file that has auth.hmacSecret");
        }
        return found;
    }

    /** Reads only the secret: whether the rest of the file is right is for {@code config} and {@code serve} to say. */
    private static @Nullable String secretIn(Path file) throws BadInputException {
        try {
            JsonObject root = new JsonObject(Buffer.buffer(Files.readAllBytes(file)));
            return root.getValue("auth") instanceof JsonObject auth
                            && auth.getValue("hmacSecret") instanceof String value
                    ? value
                    : null;
        } catch (IOException e) {
            throw new BadInputException("cannot read " + file);
        } catch (DecodeException e) {
            throw new BadInputException(file + " is not a JSON object");
        }
    }

    private static final class BadInputException extends Exception {
        private static final long serialVersionUID = 1L;

        BadInputException(String message) {
            super(message);
        }
    }

    /** A whole number of s, m, h or d, or 0. */
    private static final class Seconds implements ITypeConverter<Long> {
        private static final Pattern TIME = Pattern.compile("(\\d{1,6})([smhd])");

        @Override
        public Long convert(String text) {
            Matcher time = TIME.matcher(text);
            if (time.matches()) {
                long number = Long.parseLong(time.group(1));
                return switch (time.group(2)) {
                    case "s" -> number;
                    case "m" -> TimeUnit.MINUTES.toSeconds(number);
                    case "h" -> TimeUnit.HOURS.toSeconds(number);
                    default -> TimeUnit.DAYS.toSeconds(number);
                };
            }
            if (text.equals("0")) {
                return 0L;
            }
            throw new TypeConversionException("'" + text + "' is not a time, write for example 24h");
        }
    }
}
