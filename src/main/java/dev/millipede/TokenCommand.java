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

/** {@code millipede token}: prints tokens for development, one a line and nothing else. */
@Command(
        name = "token",
        sortOptions = false,
        description = "Prints tokens of connections and subscriptions (JWT) for development, one a line.",
        footer = {
            "",
            "They are signed with the private key of --key, or with a secret: of --secret, else of the",
            "environment variable MILLIPEDE_AUTH_HMACSECRET, else of auth.hmacSecret in the file of --config.",
            "",
            "Examples:",
            "  millipede token --user ann --config node.json",
            "  millipede token --count 15000 --ttl 1h > tokens.txt",
            "  millipede token --user ann --channel '$private:1' --key private.pem"
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
            description = "How long a token is good for: 90s, 30m, 24h, 7d; 0 for ever, which nodes refuse unless"
                    + " auth.requireExpiry is false. Default: ${DEFAULT-VALUE}")
    private long ttl;

    @Option(names = "--config", paramLabel = "FILE", description = "The node's configuration file.")
    private @Nullable Path config;

    @Option(
            names = "--secret",
            paramLabel = "SECRET",
            description = "The HMAC secret. Other users of this machine may see it; prefer the other ways.")
    private @Nullable String secret;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "A private key in PEM to sign with: RSA (RS256), P-256 (ES256), P-384, P-521, Ed25519 (EdDSA).")
    private @Nullable Path key;

    @Option(names = "--channel", paramLabel = "NAME", description = "Makes subscription tokens, of this channel.")
    private @Nullable String channel;

    @Option(
            names = "--client",
            paramLabel = "ID",
            description = "The one connection a subscription token is for; needs --channel.")
    private @Nullable String client;

    @Option(names = "--jti", paramLabel = "ID", description = "The token's id, to revoke it by.")
    private @Nullable String id;

    @Option(names = "--audience", paramLabel = "TEXT", description = "Whom it is for, as auth.audience.")
    private @Nullable String audience;

    @Option(names = "--issuer", paramLabel = "TEXT", description = "Who made it, as auth.issuer.")
    private @Nullable String issuer;

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
     * @return 0, or 2 when there is no key or secret, or a user or channel cannot be one
     */
    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            requireChannel();
            print(key == null ? new TokenMint(findSecret(), clock) : TokenMint.ofKeyFile(key.toString(), clock));
            if (ttl == 0) {
                err.println("millipede token: without an expiry nodes refuse it unless auth.requireExpiry is false");
            }
            return 0;
        } catch (BadInputException | IllegalArgumentException e) {
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
            out.println(mint.mint(order(user)));
        } else if (numbered.count < 1) {
            throw new BadInputException("--count must be at least 1");
        } else {
            requireUser(numbered.prefix + numbered.count);
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < numbered.count; i++) {
                lines.append(mint.mint(order(numbered.prefix + i))).append('\n');
            }
            out.print(lines);
        }
        out.flush();
    }

    private TokenMint.Order order(String user) {
        return new TokenMint.Order(user, ttl, null, channel, client, id, audience, issuer);
    }

    private void requireChannel() throws BadInputException {
        if (channel != null && !Channel.isValid(channel)) {
            throw new BadInputException("a channel is up to 255 printable ASCII characters without space");
        }
        if (client != null && channel == null) {
            throw new BadInputException("--client needs --channel");
        }
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
                    + ", or give --secret, or --config with a file that has auth.hmacSecret, or --key");
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
