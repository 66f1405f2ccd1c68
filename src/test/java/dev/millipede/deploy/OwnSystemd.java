package dev.millipede.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.Eventually;
import dev.millipede.support.TlsFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The shipped unit under a systemd in namespaces of its own; see src/test/systemd/boot.sh. Root only. Close it. */
final class OwnSystemd implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src/test/systemd/boot.sh");
    private static final Path UNIT = Path.of("deploy/systemd/millipede.service");
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final String NEWER_JDK = " -XX:+UseCompactObjectHeaders";
    private static final int SECONDS = 20;

    private final Process boot;
    private final String pid;

    /**
     * Boots it, and does not start the unit.
     *
     * @param folder an empty one, for what it needs; the configuration's files end up in /etc/millipede
     * @param dropIn of the unit
     * @param variables of its environment file
     * @throws IOException where that cannot be done here, saying why
     */
    OwnSystemd(Path folder, String configuration, String dropIn, String variables) throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("config.json"), configuration);
        Files.writeString(config.resolve("millipede.env"), variables);
        TlsFiles tls = TlsFiles.in(folder);
        Files.copy(tls.certificate(), config.resolve("tls.pem"));
        Files.copy(tls.key(), config.resolve("tls.key"));
        Files.writeString(folder.resolve("drop-in.conf"), dropIn);
        Files.copy(
                Path.of(System.getProperty("millipede.jar", "target/millipede.jar")), folder.resolve("millipede.jar"));
        Path jdk = newestJdk();
        Files.createSymbolicLink(folder.resolve("jdk"), jdk);
        String unit = Files.readString(UNIT);
        Files.writeString(folder.resolve("millipede.service"), feature(jdk) < 25 ? unit.replace(NEWER_JDK, "") : unit);
        Tool.Verdict secret = new Tool("chmod")
                .run(
                        "600",
                        config.resolve("millipede.env").toString(),
                        config.resolve("tls.key").toString());
        if (secret.code() != 0) {
            throw new IOException(secret.text());
        }
        boot = new ProcessBuilder(SCRIPT.toString(), folder.toString())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        BufferedReader output = boot.inputReader(UTF_8);
        String line = output.readLine();
        if (line == null) {
            throw new IOException(Files.readString(folder.resolve("errors")));
        }
        pid = line;
        try {
            Eventually.until(() -> run("systemctl", "list-units"), verdict -> verdict.code() == 0);
        } catch (AssertionError e) {
            close();
            throw new IOException(e.getMessage() + '\n' + Files.readString(folder.resolve("log")), e);
        }
    }

    private static Path newestJdk() throws IOException {
        Path own = Path.of(System.getProperty("java.home"));
        if (!Files.isDirectory(INSTALLED)) {
            return own;
        }
        try (Stream<Path> homes = Files.list(INSTALLED)) {
            return homes.filter(home -> feature(home) >= 25).findFirst().orElse(own);
        }
    }

    private static int feature(Path home) {
        try {
            return Files.readAllLines(home.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.replaceAll("JAVA_VERSION=\"(\\d+).*", "$1"))
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** Runs a command beside it. */
    Tool.Verdict run(String... command) {
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(SECONDS), "nsenter", "-t", pid, "-a"));
        arguments.addAll(List.of(command));
        return new Tool("timeout").run(arguments.toArray(String[]::new));
    }

    /** What {@code systemctl show} says of the unit. */
    Map<String, String> state() {
        Map<String, String> state = new TreeMap<>();
        run("systemctl", "show", "millipede").text().lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                state.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return state;
    }

    /** One value of {@link #state}. */
    String state(String property) {
        return state().getOrDefault(property, "");
    }

    /** What the unit wrote so far. */
    String journal() {
        return run("journalctl", "-u", "millipede", "-o", "cat", "--no-pager").text();
    }

    @Override
    public void close() {
        try {
            boot.getOutputStream().close();
            if (!boot.waitFor(SECONDS, TimeUnit.SECONDS)) {
                boot.destroyForcibly();
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
