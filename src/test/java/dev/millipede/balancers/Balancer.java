package dev.millipede.balancers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.Eventually;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A running HAProxy or nginx: a master and its workers. They go with this JVM, however that ends. Close it. */
final class Balancer implements AutoCloseable {
    private static final int SECONDS = 10;

    /** Prints the pid of the master and ends with it; the master is told to end when the standard input does. */
    private static final String SHELL = """
            exec 3<&0
            "$@" >"$0" 2>&1 3<&- &
            master=$!
            echo $master
            { read -r line; kill $master; } <&3 3<&- 2>/dev/null &
            wait $master
            """;

    private final Kind kind;
    private final Path directory;
    private final Process shell;
    private final long master;
    private final Path log;

    private Balancer(Kind kind, Path directory, Process shell, long master, Path log) {
        this.kind = kind;
        this.directory = directory;
        this.shell = shell;
        this.master = master;
        this.log = log;
    }

    /**
     * Starts it and does not wait until it listens.
     *
     * @param launcher a command that becomes it, such as {@code ip netns exec name}; may be empty
     * @param directory for its file and its log
     */
    static Balancer launch(Kind kind, ShippedFile file, Path directory, List<String> launcher) {
        try {
            Path log = Files.createTempFile(directory, "balancer", ".log");
            List<String> command = new ArrayList<>(List.of("bash", "-c", SHELL, log.toString()));
            command.addAll(launcher);
            Path own = Files.createTempDirectory(directory, "balancer");
            command.addAll(kind.command(file.in(own, kind.fileName())));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().merge("PATH", "/usr/sbin", (path, more) -> path + File.pathSeparator + more);
            Process shell = builder.start();
            BufferedReader output = new BufferedReader(new InputStreamReader(shell.getInputStream(), UTF_8));
            return new Balancer(kind, own, shell, Long.parseLong(output.readLine()), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until clients can reach it. */
    static Balancer start(Kind kind, ShippedFile file, Path directory, Place place) {
        Balancer balancer = launch(kind, file, directory, List.of());
        Eventually.until(() -> balancer.answersAt(place.front()), answers -> answers);
        return balancer;
    }

    private boolean answersAt(String front) {
        if (!shell.isAlive()) {
            throw new AssertionError(kind + " has ended\n" + log());
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(front, Place.HTTPS));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes it go on with another file. */
    void reload(ShippedFile file) {
        file.in(directory, kind.fileName());
        reload();
    }

    /** Makes it read its file again; the workers there are go on with what they have. */
    void reload() {
        try {
            int code = new ProcessBuilder("kill", "-" + kind.reloadSignal(), Long.toString(master))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill: " + code + '\n' + log());
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The process ids of its workers, old and new. */
    List<Long> workers() {
        return ProcessHandle.of(master).stream()
                .flatMap(ProcessHandle::children)
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .toList();
    }

    /** How many sockets these workers have open. */
    static long sockets(List<Long> workers) {
        return workers.stream().mapToLong(Balancer::sockets).sum();
    }

    private static long sockets(long worker) {
        String[] descriptors = new File("/proc/" + worker + "/fd").list();
        long sockets = 0;
        for (String each : Objects.requireNonNull(descriptors, () -> worker + " is gone")) {
            try {
                Path target = Files.readSymbolicLink(Path.of("/proc", Long.toString(worker), "fd", each));
                sockets += target.toString().startsWith("socket:") ? 1 : 0;
            } catch (IOException e) {
                // Closed meanwhile.
            }
        }
        return sockets;
    }

    /** Waits for the end, which it comes to by itself, and returns the exit code. */
    int exitCode() {
        try {
            if (!shell.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still runs\n" + log());
            }
            return shell.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What it has printed. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(SECONDS, TimeUnit.SECONDS)) {
                ProcessHandle.of(master).ifPresent(handle -> {
                    handle.children().forEach(ProcessHandle::destroyForcibly);
                    handle.destroyForcibly();
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
