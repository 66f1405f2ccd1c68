package dev.millipede.os;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many file descriptors this process may have: each connection costs one. */
public final class OpenFiles {
    /** Assumed where the limit cannot be read: what a Linux service gets unless told otherwise. */
    static final long UNKNOWN = 1_024;

    private static final long SMALLEST_RESERVE = 128;

    private OpenFiles() {}

    /** The soft limit in force. Reads {@code /proc}; the JVM raises the soft limit to the hard one when it starts. */
    public static long limit() {
        return limit(Path.of("/proc/self/limits"));
    }

    static long limit(Path limits) {
        try {
            for (String line : Files.readAllLines(limits)) {
                if (line.startsWith("Max open files")) {
                    String soft =
                            line.substring("Max open files".length()).trim().split("\\s+", 2)[0];
                    return soft.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(soft);
                }
            }
            return UNKNOWN;
        } catch (IOException | NumberFormatException e) {
            return UNKNOWN;
        }
    }

    /** How many this process may still open; counts those it has, which takes milliseconds where they are many. */
    public static long free() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                    ? system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount()
                    : 0;
        } catch (InternalError noneToCountWith) {
            return 0;
        }
    }

    /**
     * The connections that a limit leaves room for.
     *
     * @param limit of open files
     * @param reserve descriptors kept for everything else; 0 for the larger of 128 and 5 % of the limit
     * @return at least 1
     */
    public static int connections(long limit, int reserve) {
        long kept = reserve > 0 ? reserve : Math.max(SMALLEST_RESERVE, limit / 20);
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, limit - kept));
    }
}
