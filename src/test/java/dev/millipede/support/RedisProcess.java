package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.RespClient.RedisError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real redis-server as a child process, in memory only where nothing else is said. It goes with this JVM, however that ends. Close it.
 *
 * <p>It listens on a Unix socket of its own and, where asked for, on a TCP port of 127.0.0.1. Redis cannot choose a port, so it
 * is told one after the other until it gets one; they lie below those that the kernel gives to outgoing connections, so
 * that nobody, not even a client that dials it, comes by its port while it is down.
 */
public final class RedisProcess implements AutoCloseable {
    private static final int LOWEST_PORT = 20_000;
    private static final int PORTS = 12_000;
    private static final int ATTEMPTS = 50;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /**
     * Prints the pid of Redis and ends with it. Redis is killed on a line of standard input, and, with its directory, when that
     * ends, which it does with the JVM. SIGTERM would wait for ever where Redis is stopped.
     */
    private static final String SHELL = """
            exec 3<&0
            "$@" >>"$0" 2>&1 3<&- &
            redis=$!
            echo $redis
            { read -r line || gone=yes; kill -9 $redis; [ -z "$gone" ] || rm -rf "${0%/*}"; } <&3 3<&- 2>/dev/null &
            wait $redis
            kill $!
            """;

    private final Path directory;
    private final Path configuration;
    private final boolean sentinel;
    private final int port;
    private final @Nullable String password;
    private @Nullable Process shell;
    private long pid;

    private RedisProcess(Path directory, int port, boolean sentinel, String... settings) throws IOException {
        this.directory = directory;
        this.configuration = directory.resolve("redis.conf");
        this.sentinel = sentinel;
        this.port = port;
        this.password = Stream.of(settings)
                .filter(each -> each.startsWith("requirepass "))
                .map(each -> each.substring("requirepass ".length()))
                .findFirst()
                .orElse(null);
        List<String> lines = new ArrayList<>(List.of(
                "bind 127.0.0.1", "port " + port, "unixsocket " + socket(), "dir " + directory, "daemonize no"));
        if (!sentinel) {
            lines.addAll(List.of("save \"\"", "appendonly no"));
        }
        lines.addAll(List.of(settings));
        Files.write(configuration, lines);
    }

    /** One on a Unix socket only, with further lines of configuration such as {@code requirepass secret}. */
    public static RedisProcess start(String... settings) {
        return start(0, false, settings);
    }

    /** One that listens on TCP as well. */
    public static RedisProcess startTcp(String... settings) {
        return startTcp(false, settings);
    }

    /** A Sentinel, which alone decides, over a primary called {@code name}; it takes failovers in a second. */
    public static RedisProcess startSentinel(String name, RedisProcess primary, String... settings) {
        List<String> lines = new ArrayList<>(List.of(
                "sentinel monitor " + name + " 127.0.0.1 " + primary.port() + " 1",
                "sentinel down-after-milliseconds " + name + " 1000",
                "sentinel failover-timeout " + name + " 5000"));
        lines.addAll(List.of(settings));
        return startTcp(true, lines.toArray(String[]::new));
    }

    private static RedisProcess startTcp(boolean sentinel, String... settings) {
        int first = ThreadLocalRandom.current().nextInt(PORTS);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return start(LOWEST_PORT + (first + attempt) % PORTS, sentinel, settings);
            } catch (PortTakenException e) {
                // The next one, then.
            }
        }
        throw new AssertionError("no port for Redis");
    }

    private static RedisProcess start(int port, boolean sentinel, String... settings) {
        RedisProcess redis = null;
        boolean started = false;
        try {
            redis = new RedisProcess(Files.createTempDirectory("redis"), port, sentinel, settings);
            redis.launch();
            started = true;
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (redis != null && !started) {
                redis.close();
            }
        }
    }

    private static final class PortTakenException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void launch() throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", SHELL, logFile().toString()));
        command.addAll(List.of(RedisBinary.find().toString(), configuration.toString()));
        if (sentinel) {
            command.add("--sentinel");
        }
        Files.deleteIfExists(logFile());
        Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
        shell = started;
        BufferedReader output = started.inputReader(UTF_8);
        pid = Long.parseLong(Objects.requireNonNull(output.readLine(), "no pid"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestClient.DEADLINE_SECONDS);
        while (!answers()) {
            if (!started.isAlive()) {
                if (log().contains("Address already in use")) {
                    throw new PortTakenException();
                }
                throw new AssertionError("Redis ended:\n" + log());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Redis does not answer:\n" + log());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean answers() {
        if (!Files.exists(socket())) {
            return false;
        }
        try {
            command("PING");
            return true;
        } catch (UncheckedIOException e) {
            return false;
        } catch (RedisError e) {
            // It wants a user we do not know, or is loading.
            return !String.valueOf(e.getMessage()).startsWith("LOADING");
        }
    }

    private Path socket() {
        return directory.resolve("s");
    }

    private Path logFile() {
        return directory.resolve("log");
    }

    /** What it has printed since it was started. */
    public String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The TCP port, if it has one. */
    public int port() {
        if (port == 0) {
            throw new IllegalStateException("on a Unix socket only");
        }
        return port;
    }

    /** {@code redis://} with its TCP port; without a password. */
    public String uri() {
        return "redis://127.0.0.1:" + port();
    }

    /** {@code unix://} with the path of its socket; without a password. */
    public String unixUri() {
        return "unix://" + socket();
    }

    /** Where its Unix socket is. */
    public SocketAddress address() {
        return UnixDomainSocketAddress.of(socket());
    }

    /** Where it listens on TCP. */
    public SocketAddress tcpAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    /** The process id of Redis itself. */
    public long pid() {
        return pid;
    }

    /** A new connection over the Unix socket, authenticated where {@code requirepass} was set. Close it. */
    public RespClient connect() {
        try {
            RespClient client = new RespClient(address());
            if (password != null) {
                client.call("AUTH", password);
            }
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one command over a connection of its own and returns the reply as {@link RespClient#call} does. */
    public @Nullable Object command(String... arguments) {
        try (RespClient client = connect()) {
            return client.call(arguments);
        }
    }

    /** Publishes text and returns how many connections heard it. */
    public long publish(String channel, String message) {
        return publish(channel, message.getBytes(UTF_8));
    }

    /** Publishes bytes as they are and returns how many connections heard them. */
    public long publish(String channel, byte[] message) {
        try (RespClient client = connect()) {
            return client.publish(channel, message);
        }
    }

    /** How many connections are subscribed to a channel. */
    public long numsub(String channel) {
        List<?> reply = (List<?>) Objects.requireNonNull(command("PUBSUB", "NUMSUB", channel));
        return (Long) Objects.requireNonNull(reply.get(1));
    }

    /** Closes every connection that has subscribed, and returns how many those were. */
    public long killPubSubConnections() {
        return (Long) Objects.requireNonNull(command("CLIENT", "KILL", "TYPE", "pubsub"));
    }

    /** Stops it in its tracks: the kernel still accepts connections and bytes for it. */
    public void pause() {
        signal("STOP");
    }

    /** Ends a {@link #pause}. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("sh", "-c", "kill -" + name + ' ' + pid)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    public void kill() {
        Process running = shell;
        if (running == null) {
            return;
        }
        shell = null;
        try {
            try (OutputStream order = running.getOutputStream()) {
                order.write('\n');
            } catch (IOException e) {
                // It has ended by itself.
            }
            if (!running.waitFor(TestClient.DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("Redis does not end");
            }
            Files.deleteIfExists(socket());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * From now on, and when it is started again, it writes a log of what is changed; {@code fsync} as in {@code appendfsync}.
     * Waits until it does.
     */
    public void appendOnly(String fsync) {
        command("CONFIG", "SET", "appendonly", "yes", "appendfsync", fsync);
        Eventually.until(
                () -> String.valueOf(command("INFO", "persistence")),
                info -> info.contains("aof_enabled:1")
                        && info.contains("aof_rewrite_in_progress:0")
                        && info.contains("aof_rewrite_scheduled:0"));
        command("CONFIG", "REWRITE");
    }

    /** From now on it writes no such log. */
    public void inMemory() {
        command("CONFIG", "SET", "appendonly", "no");
        command("CONFIG", "REWRITE");
    }

    /** Ends it as an operator does, with a snapshot of all it has, and waits until it is gone. */
    public void shutdownSave() {
        try (RespClient client = connect()) {
            client.send("SHUTDOWN", "SAVE");
            Eventually.until(() -> Files.exists(socket()), exists -> !exists);
        }
        kill();
    }

    /** Forgets all that it has written, while it is down. */
    public void forget() {
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(file -> file.toString().matches(".*\\.(rdb|aof|manifest)"))
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts so many bytes off the end of its log while it is down, as when the machine lost its power before they were safe. */
    public void cutAppendOnlyFile(long bytes) {
        try (Stream<Path> files = Files.walk(directory)) {
            Path log = files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .max(Comparator.comparing(file -> file.toFile().lastModified()))
                    .orElseThrow();
            try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                channel.truncate(Math.max(0, channel.size() - bytes));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again where it was, with what it had written, by default nothing. Kills it first if it runs. */
    public void restart() {
        kill();
        try {
            launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
