package dev.millipede.balancers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A network namespace with the addresses of the shipped files and hardly any ports to connect from. Linux and root only. Close it. */
final class FewPorts implements AutoCloseable {
    private static final int SECONDS = 10;

    private final String name = "millipede-" + ProcessHandle.current().pid() + "-ports";

    /**
     * Makes it; fails with an {@link IOException} that says why where that is not permitted.
     *
     * @param ports so many, from 40,000 on
     */
    FewPorts(int ports, List<String> addresses) throws IOException {
        run("ip", "netns", "add", name);
        try {
            run("ip", "-n", name, "link", "set", "lo", "up");
            for (String each : addresses) {
                run("ip", "-n", name, "address", "add", each + "/32", "dev", "lo");
            }
            within("sh", "-c", "echo 40000 " + (40_000 + ports - 1) + " > /proc/sys/net/ipv4/ip_local_port_range");
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** What runs the command behind it in here. */
    List<String> launcher() {
        return List.of("ip", "netns", "exec", name);
    }

    private void within(String... command) throws IOException {
        List<String> whole = new ArrayList<>(launcher());
        whole.addAll(List.of(command));
        run(whole.toArray(String[]::new));
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        try {
            run("ip", "netns", "delete", name);
        } catch (IOException e) {
            System.out.println("left behind: " + e.getMessage());
        }
    }
}
