package dev.millipede;

import java.util.Locale;
import java.util.regex.Pattern;

/** Which hosts only this machine can reach. Judged by the text alone; nothing is looked up. */
final class Loopback {
    private static final Pattern V4 = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");

    private Loopback() {}

    /** Whether {@code host} is 127.0.0.0/8, ::1 or localhost. Whatever is not known to be is beyond. */
    static boolean is(String host) {
        String canonical = canonical(host);
        return canonical.equals("::1") || V4.matcher(canonical).matches();
    }

    /** One spelling for hosts that are the same listener. */
    static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "localhost" -> "127.0.0.1";
            case "0:0:0:0:0:0:0:1" -> "::1";
            case "0:0:0:0:0:0:0:0" -> "::";
            default -> lower;
        };
    }

    /** Whether {@code host} stands for every address of the machine. */
    static boolean isEveryAddress(String host) {
        String canonical = canonical(host);
        return canonical.equals("0.0.0.0") || canonical.equals("::");
    }
}
