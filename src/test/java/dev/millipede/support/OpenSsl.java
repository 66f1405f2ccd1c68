package dev.millipede.support;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command {@code openssl}: a client that is none of the JDK's, and an authority for certificates. */
public final class OpenSsl {
    private static final int SECONDS = 20;
    private static final int STAY_SECONDS = 5;

    private OpenSsl() {}

    /** What a run printed and how it ended. */
    public record Run(int code, String text) {}

    /** A TLS client to a port of 127.0.0.1 that sends this and, at the end of it, leaves. */
    public static Run client(int port, String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("s_client", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of(arguments));
        return run(input, command);
    }

    /** The same, for as long as the node lets it, but a few seconds at the most. */
    public static Run stay(int port, String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().write(input.getBytes(US_ASCII));
            process.getOutputStream().flush();
            if (!process.waitFor(STAY_SECONDS, TimeUnit.SECONDS)) {
                // The process' own method would close what it has printed as well.
                process.toHandle().destroyForcibly();
            }
            String text = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new Run(process.waitFor(), text);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As {@link #client}, asking for a path; stays until the node closes. */
    public static Run get(int port, String path, String... arguments) {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("-ign_eof", "-quiet"));
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        return client(port, request, command.toArray(String[]::new));
    }

    /** An authority: {@code ca.pem} and {@code ca.key} in this directory. */
    public static Path authority(Path directory) {
        done(run("", certificate(directory, "ca", "/CN=an authority of this test")));
        return directory.resolve("ca.pem");
    }

    /** A certificate of the authority in this directory: {@code NAME.pem} and {@code NAME.key}. */
    public static Path certified(Path directory, String name) {
        List<String> command = new ArrayList<>(certificate(directory, name, "/CN=" + name));
        command.addAll(List.of(
                "-CA",
                directory.resolve("ca.pem").toString(),
                "-CAkey",
                directory.resolve("ca.key").toString(),
                "-addext",
                "basicConstraints=critical,CA:FALSE"));
        done(run("", command));
        return directory.resolve(name + ".pem");
    }

    private static List<String> certificate(Path directory, String name, String subject) {
        return List.of(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-noenc",
                "-days",
                "2",
                "-subj",
                subject,
                "-keyout",
                directory.resolve(name + ".key").toString(),
                "-out",
                directory.resolve(name + ".pem").toString());
    }

    private static void done(Run run) {
        if (run.code != 0) {
            throw new AssertionError(run);
        }
    }

    private static Run run(String input, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(US_ASCII));
            } catch (IOException e) {
                // It ended before it had read all: what it printed says why.
            }
            String text = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still runs: " + command);
            }
            return new Run(process.exitValue(), text);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
