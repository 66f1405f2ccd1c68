package dev.millipede.os;

import java.util.List;
import java.util.Locale;

/** How sizes and numbers are written for people. */
public final class Sizes {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private Sizes() {}

    /** With one decimal at the most: {@code 512 MiB}, {@code 1.5 GiB}. */
    public static String show(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        String number = String.format(Locale.ROOT, "%.1f", value);
        return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + ' ' + UNITS.get(unit);
    }

    /** With commas: {@code 1,000,000}. */
    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
