package dev.millipede.checker;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The network namespace that this process runs in and that is its own: its loopback interface has an address for each node
 * to meet the other nodes at, and these can be taken away. Linux and root only.
 */
final class OwnNetwork {
    private static final int PORT = 5701;
    private static final String SECRET = "a cluster's secret of 32 bytes or more";

    private final List<String> addresses =
            IntStream.rangeClosed(1, Fleet.NODES).mapToObj(i -> "10.77.0." + i).toList();

    /** Gives the interface its addresses. */
    OwnNetwork() {
        mend();
    }

    /** The section {@code cluster} of a node. */
    JsonObject cluster(int number) {
        return new JsonObject()
                .put("enabled", true)
                .put("host", addresses.get(number))
                .put("port", PORT)
                .put("secret", SECRET)
                .put("members", new JsonArray(new ArrayList<>(addresses)));
    }

    /** Each node is alone; clients and Redis are not concerned. */
    void cut() {
        addresses.forEach(address -> ip("address", "delete", address + "/32", "dev", "lo"));
    }

    /** The nodes reach each other again. */
    void mend() {
        addresses.forEach(address -> ip("address", "add", address + "/32", "dev", "lo"));
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
