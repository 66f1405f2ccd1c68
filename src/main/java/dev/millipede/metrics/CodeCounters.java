package dev.millipede.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.stream.IntStream;

/** One counter for each code of a closed set, and one labelled {@code other} for whatever else turns up. */
final class CodeCounters {
    private final int[] codes;
    private final Counter[] counters;

    /** The codes ascend. */
    CodeCounters(MeterRegistry registry, String name, String help, String label, int... codes) {
        this.codes = codes;
        this.counters = new Counter[codes.length + 1];
        for (int i = 0; i <= codes.length; i++) {
            String value = i < codes.length ? Integer.toString(codes[i]) : "other";
            counters[i] =
                    Counter.builder(name).description(help).tag(label, value).register(registry);
        }
    }

    void increment(int code) {
        int at = Arrays.binarySearch(codes, code);
        counters[at >= 0 ? at : codes.length].increment();
    }

    static int[] range(int first, int last) {
        return IntStream.rangeClosed(first, last).toArray();
    }
}
