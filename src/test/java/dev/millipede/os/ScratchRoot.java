package dev.millipede.os;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder that {@code scripts/tune-linux.sh} takes for a system: files of a kernel and of {@code /etc}. */
final class ScratchRoot {
    static final Path SCRIPT = Path.of("scripts/tune-linux.sh").toAbsolutePath();

    /** What Debian's kernel has on a machine with 24 GB, written as the kernel writes it. */
    static final Map<String, String> DEBIAN = Map.ofEntries(
            Map.entry("fs.nr_open", "65536"),
            Map.entry("fs.file-max", "100000"),
            Map.entry("net.core.somaxconn", "4096"),
            Map.entry("net.ipv4.tcp_max_syn_backlog", "2048"),
            Map.entry("net.core.netdev_max_backlog", "1000"),
            Map.entry("net.ipv4.tcp_mem", "22000\t29000\t44000"),
            Map.entry("net.ipv4.tcp_rmem", "4096\t131072\t6291456"),
            Map.entry("net.ipv4.tcp_wmem", "4096\t16384\t4194304"),
            Map.entry("net.ipv4.ip_local_reserved_ports", ""),
            Map.entry("net.ipv4.ip_local_port_range", "32768\t60999"),
            Map.entry("net.ipv4.tcp_tw_reuse", "2"),
            Map.entry("net.ipv4.tcp_keepalive_time", "7200"),
            Map.entry("net.ipv4.tcp_keepalive_intvl", "75"),
            Map.entry("net.ipv4.tcp_keepalive_probes", "9"),
            Map.entry("net.netfilter.nf_conntrack_max", "65536"));

    private final Path folder;

    private ScratchRoot(Path folder) {
        this.folder = folder;
    }

    /** With nothing in it. */
    static ScratchRoot empty(Path folder) {
        return new ScratchRoot(folder);
    }

    /** With a kernel's defaults, and no file in {@code /etc}. */
    static ScratchRoot debian(Path folder) {
        ScratchRoot root = new ScratchRoot(folder);
        DEBIAN.forEach((key, value) -> root.set(key, value + '\n'));
        return root;
    }

    /** What the script makes of {@link #debian} for 100,000 connections, as if it had always been so. */
    static ScratchRoot tuned(Path folder) {
        ScratchRoot root = debian(folder);
        root.run("apply").expect(0);
        root.delete("var/lib/millipede/tune-linux.millipede");
        return root;
    }

    private Path sysctl(String key) {
        return folder.resolve("proc/sys").resolve(key.replace('.', '/'));
    }

    /** Writes the stand-in of a sysctl, these bytes exactly. */
    void set(String key, String text) {
        write(folder.relativize(sysctl(key)).toString(), text);
    }

    /** Its fields with single spaces. */
    String get(String key) {
        return String.join(" ", read(sysctl(key)).trim().split("\\s+"));
    }

    void unset(String key) {
        delete(folder.relativize(sysctl(key)).toString());
    }

    void write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text, ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String file) {
        try {
            Files.delete(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String file) {
        return read(folder.resolve(file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every file with its bytes, and every folder with none. */
    SortedMap<String, String> tree() {
        SortedMap<String, String> tree = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.forEach(path ->
                    tree.put(folder.relativize(path).toString(), Files.isRegularFile(path) ? read(path) : "folder"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree;
    }

    /** Runs the script on this folder. */
    Run run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--root", folder.toString()));
        return run(command);
    }

    /** Runs a command to its end. */
    static Run run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new Run(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What a run has said, standard error included. */
    record Run(int exitCode, String output) {
        Run expect(int code) {
            if (exitCode != code) {
                throw new AssertionError("exit code " + exitCode + " and not " + code + "\n" + output);
            }
            return this;
        }

        /** All before the sentence at the end. */
        List<String> settings() {
            List<String> lines = output.lines().toList();
            return lines.subList(0, lines.size() - 1);
        }

        /** Those of them that change something. */
        List<String> changes() {
            return settings().stream()
                    .filter(line -> {
                        String[] values = line.replaceFirst("^.*?: ", "")
                                .replaceFirst("  \\(.*", "")
                                .split(" -> ", 2);
                        return !values[0].equals(values[1]);
                    })
                    .toList();
        }
    }
}
