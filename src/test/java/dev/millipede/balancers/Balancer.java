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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A running HAProxy or nginx: a master and its workers. They go with this JVM, however that ends. Close it. */
final class Balancer implements AutoCloseable {
    private static final int SECONDS = 10;

    /** The state in {@code /proc/net/tcp}. */
    private static final String LISTENS = "0A";

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

    /** Waits until none of these workers accepts connections to an address any more. */
    void awaitRetired(List<Long> workers, String front) {
        Eventually.until(
                () -> {
                    Set<String> listeners = listeners(front);
                    return workers.stream()
                            .noneMatch(worker -> openSockets(worker).stream().anyMatch(listeners::contains));
                },
                retired -> retired);
    }

    /** The sockets that listen on the HTTPS port of an address, as descriptors name them. */
    private static Set<String> listeners(String address) {
        String[] bytes = address.split("\\.", -1);
        StringBuilder local = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            local.append("%02X".formatted(Integer.parseInt(bytes[i])));
        }
        local.append(":%04X".formatted(Place.HTTPS));
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.map(line -> line.strip().split(" +"))
                    .filter(columns -> columns[1].contentEquals(local) && columns[3].equals(LISTENS))
                    .map(columns -> "socket:[" + columns[9] + ']')
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many sockets these workers have open. */
    static long sockets(List<Long> workers) {
        return workers.stream().mapToLong(worker -> openSockets(worker).size()).sum();
    }

    /** The sockets of a process, as its descriptors name them; none when it is gone. */
    private static List<String> openSockets(long pid) {
        String[] descriptors = new File("/proc/" + pid + "/fd").list();
        if (descriptors == null) {
            return List.of();
        }
        return Stream.of(descriptors)
                .map(each -> target(Path.of("/proc", Long.toString(pid), "fd", each)))
                .filter(target -> target.startsWith("socket:"))
                .toList();
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
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
