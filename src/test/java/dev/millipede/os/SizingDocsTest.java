package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/operations.md, "Sizing", says what the code does, and how far that is from what was measured. */
class SizingDocsTest {
    private static final long MIB = 1L << 20;

    /** As the documentation names them. */
    private static final Map<String, String> CONSTANTS = Map.ofEntries(
            Map.entry("kernel memory of a connection", bytes(Sizing.KERNEL_BYTES)),
            Map.entry("live heap of a connection", bytes(Sizing.HEAP_BYTES)),
            Map.entry("heap for each byte that lives in it", String.valueOf(Sizing.HEAP_HEADROOM)),
            Map.entry("heap of a node without connections", Sizing.HEAP_BASE / MIB + " MiB"),
            Map.entry("a JVM beside its heap", Sizing.NATIVE_BASE / MIB + " MiB"),
            Map.entry("publications under way, for each core", Plan.BUFFERS_PER_CORE / MIB + " MiB"),
            Map.entry("the system of a host", Plan.SYSTEM_MEMORY / MIB + " MiB"),
            Map.entry("a connection that comes", micros(Costs.CONNECT)),
            Map.entry("a ping and its answer", micros(Costs.PING)),
            Map.entry("a publication, before it is delivered", micros(Costs.PUBLICATION)),
            Map.entry("a delivery of up to 128 bytes", micros(Costs.DELIVERY)),
            Map.entry("each further KiB of it", micros(Costs.DELIVERY_KIB)),
            Map.entry("Redis: a publication and its first copy", micros(Costs.REDIS_PUBLICATION)),
            Map.entry("Redis: memory of a channel", bytes(Costs.REDIS_CHANNEL_BYTES)),
            Map.entry("bytes around a payload", bytes(Costs.WIRE_BYTES)),
            Map.entry("how busy cores shall be", Math.round(100 * Costs.BUSY) + " %"),
            Map.entry("ports of a source address", String.format(Locale.ROOT, "%,d", Plan.PORTS)));

    /** What the formulas say of runs that docs/performance.md has. */
    private static final Map<String, Double> PREDICTED = Map.ofEntries(
            Map.entry("heap, three channels", (double) Sizing.HEAP_BYTES),
            Map.entry("heap, three channels with history, Redis", (double) Sizing.HEAP_BYTES),
            Map.entry("heap, three channels with history, memory", (double) Sizing.HEAP_BYTES),
            Map.entry("kernel, 15,000 connections", (double) Sizing.KERNEL_BYTES),
            Map.entry("room of 10,000, 1 outstanding", Costs.delivery(128)),
            Map.entry("room of 10,000 through Redis, 1 outstanding", Costs.publication(128, 10_000) / 10_000),
            Map.entry("room of 10,000, 8 outstanding", Costs.delivery(128)),
            Map.entry("unicast through Redis, 5,000/s", Costs.publication(128, 1)),
            Map.entry("unicast through Redis, 5,000/s, two nodes", Costs.publication(128, 1)),
            Map.entry("unicast through Redis, 64 under way, two nodes", Costs.publication(128, 1)),
            Map.entry("Redis' part of unicast, 5,000/s", Costs.REDIS_PUBLICATION),
            Map.entry("Redis' part of unicast, 5,000/s, two nodes", Costs.REDIS_PUBLICATION),
            Map.entry("Redis' part of unicast, 64 under way", Costs.REDIS_PUBLICATION),
            Map.entry("connect, a node just started", Costs.CONNECT),
            Map.entry("connect, a node that is warm", Costs.CONNECT),
            Map.entry("ping, quieter run", Costs.PING));

    private static String bytes(long number) {
        return String.format(Locale.ROOT, "%,d B", number);
    }

    private static String micros(double number) {
        return (number == Math.rint(number) ? String.valueOf(Math.round(number)) : String.valueOf(number)) + " µs";
    }

    /** The rows of a table after a line that begins so, without its head. */
    private static List<List<String>> table(String head) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("docs/operations.md"))) {
            if (line.startsWith(head)) {
                inside = true;
            } else if (inside && !line.startsWith("|")) {
                break;
            } else if (inside && !line.startsWith("|---")) {
                rows.add(
                        List.of(line.substring(1, line.lastIndexOf('|')).strip().split("\\s*\\|\\s*", -1)));
            }
        }
        return rows;
    }

    @Test
    void theConstantsAreThoseOfTheCode() throws IOException {
        List<List<String>> rows = table("| what | constant |");

        assertThat(rows).extracting(row -> row.get(0)).containsExactlyInAnyOrderElementsOf(CONSTANTS.keySet());
        assertThat(rows).allSatisfy(row -> assertThat(row.get(1)).isEqualTo(CONSTANTS.get(row.get(0))));
    }

    @Test
    void whatIsPredictedOfMeasuredRunsAndHowFarThatIsOffIsAsTheFormulasSay() throws IOException {
        String performance = Files.readString(Path.of("docs/performance.md"));
        List<List<String>> rows = table("| run | measured |");

        assertThat(rows).extracting(row -> row.get(0)).containsExactlyInAnyOrderElementsOf(PREDICTED.keySet());
        assertThat(rows).allSatisfy(row -> {
            double predicted = PREDICTED.getOrDefault(row.get(0), 0.0);
            String number = row.get(1).split(" ", 2)[0];
            double measured = Double.parseDouble(number.replace(",", ""));
            assertThat(performance).as("the measured figure is on record").contains(number);
            assertThat(Double.parseDouble(row.get(2).replace(",", "").split(" ", 2)[0]))
                    .isCloseTo(predicted, within(0.05));
            assertThat(row.get(3))
                    .isEqualTo(String.format(Locale.ROOT, "%+d %%", Math.round(100 * (predicted / measured - 1))));
        });
    }
}
