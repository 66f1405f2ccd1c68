package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two network namespaces of our own with a cable between them that can be cut: each has its loopback and one address,
 * and neither sees the machine's network. Linux and root only. Close it.
 */
public final class Namespaces implements AutoCloseable {
    private static final int SECONDS = 10;

    private final String prefix = "millipede-" + ProcessHandle.current().pid() + "-";

    /** Makes both; fails with an {@link IOException} that says why where that is not permitted. */
    public Namespaces() throws IOException {
        try {
            for (int i = 1; i <= 2; i++) {
                ip("netns", "add", name(i));
                ip("-n", name(i), "link", "set", "lo", "up");
            }
            ip("-n", name(1), "link", "add", "cable1", "type", "veth", "peer", "name", "cable2", "netns", name(2));
            for (int i = 1; i <= 2; i++) {
                ip("-n", name(i), "address", "add", address(i) + "/24", "dev", "cable" + i);
                ip("-n", name(i), "link", "set", "cable" + i, "up");
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private String name(int number) {
        return prefix + number;
    }

    /** The address of namespace 1 or 2 on the cable. */
    public String address(int number) {
        return "10.77.0." + number;
    }

    /** What runs the command behind it in a namespace. */
    public List<String> launcher(int number) {
        return List.of("ip", "netns", "exec", name(number));
    }

    /** Nothing passes any more. */
    public void cut() throws IOException {
        ip("-n", name(1), "link", "set", "cable1", "down");
    }

    /** Everything passes again. */
    public void mend() throws IOException {
        ip("-n", name(1), "link", "set", "cable1", "up");
    }

    /** Every packet is lost on the way and nobody is told: each side sends to an address that the other does not have. */
    public void dropPackets() throws IOException {
        for (int i = 1; i <= 2; i++) {
            String nobody = "02:00:00:00:00:0" + i;
            String peer = address(3 - i);
            ip("-n", name(i), "neigh", "replace", peer, "lladdr", nobody, "nud", "permanent", "dev", "cable" + i);
        }
    }

    /** The body of what a port of a namespace's loopback answers to a POST; empty when nothing does. */
    public String post(int number, int port, String path, String header, String body) throws IOException {
        List<String> command = new ArrayList<>(launcher(number));
        command.addAll(List.of("bash", "-c", """
                exec 3<>/dev/tcp/127.0.0.1/$0 || exit 0
                printf 'POST %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n%s\\r\\nContent-Length: %d\\r\\n\\r\\n%s' \
                    "$1" "$2" "${#3}" "$3" >&3
                cat <&3
                """, Integer.toString(port), path, header, body));
        String reply = run(command);
        return reply.substring(reply.indexOf("\r\n\r\n") + 4);
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        run(command);
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": no end");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output;
    }

    @Override
    public void close() {
        for (int i = 1; i <= 2; i++) {
            try {
                ip("netns", "delete", name(i));
            } catch (IOException e) {
                System.out.println("left behind: " + e.getMessage());
            }
        }
    }
}
